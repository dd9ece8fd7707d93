/**
 * A room as one member sees it.
 *
 * @typedef {import("../types.js").Status} Status
 * @typedef {import("../types.js").Room} Room
 * @typedef {import("../types.js").Member} Member
 */
import { newerMessage, recounted } from "./unread.js";

/** A room's life goes one way. */
const ORDER = { idle: 0, countdown: 1, notification: 2, kept: 3, ended: 4 };

/**
 * The newer of two readings of a room's status. Replies and frames overtake each other; a room never goes back.
 * @param {Status|null} known
 * @param {Status} heard
 * @returns {Status}
 */
export function newerStatus(known, heard) {
  if (known === null || known.room_id !== heard.room_id) return heard;
  if (ORDER[heard.state] !== ORDER[known.state]) return ORDER[heard.state] > ORDER[known.state] ? heard : known;
  if (Date.parse(heard.server_time) < Date.parse(known.server_time)) return known;
  return { ...heard, my_response: heard.my_response ?? known.my_response };
}

/**
 * The fields of a status out of a frame that carries them beside others.
 * @param {import("../types.js").Frame} frame
 * @returns {Status}
 */
export function statusOf(frame) {
  const { room_id, state, ends_at, remaining_ms, server_time, my_response, outcome, reason } = frame;
  return { room_id, state, ends_at, remaining_ms, server_time, my_response, outcome, reason };
}

/** @param {{state: string}} status */
export function isRunning(status) {
  return status.state === "countdown" || status.state === "notification";
}

/**
 * @param {Member[]} members
 * @param {string} me
 * @returns {Member|null} the other one
 */
export function peerAmong(members, me) {
  return members.find((member) => member.id !== me) ?? null;
}

/**
 * Puts a room into the list, newest conversation first.
 * @param {Room[]} rooms
 * @param {Room} room
 * @returns {Room[]}
 */
export function putRoom(rooms, room) {
  return sortRooms([...rooms.filter((known) => known.id !== room.id), room]);
}

/**
 * Changes what is known of a room; its newest message, and how far it is read, never go back: answers overtake frames.
 * @param {Room[]} rooms
 * @param {string} roomId
 * @param {Partial<Room>} fields
 * @returns {Room[]}
 */
export function changeRoom(rooms, roomId, fields) {
  return sortRooms(rooms.map((room) => (room.id === roomId ? { ...room, ...fields, ...newestOf(room, fields) } : room)));
}

/** @param {Room} room @param {Partial<Room>} fields @returns {Partial<Room>} */
function newestOf(room, { last_message, read_seq }) {
  return {
    last_message: newerMessage(room, last_message),
    ...(read_seq === undefined ? {} : { read_seq: Math.max(read_seq, room.read_seq ?? 0) }),
  };
}

/** @param {Room[]} rooms @returns {Room[]} */
export function sortRooms(rooms) {
  return [...rooms].sort((a, b) => Date.parse(lastActivity(b)) - Date.parse(lastActivity(a)));
}

/** @param {Room} room */
export function lastActivity(room) {
  return room.last_message?.sent_at ?? room.created_at;
}

/**
 * All rooms as they were read, where some of them were heard of meanwhile: none goes back, and none that is new is lost.
 * @param {Room[]} known
 * @param {Room[]} heard
 * @returns {Room[]}
 */
export function mergedRooms(known, heard) {
  return withOthers(openRooms(known), known, heard);
}

/** As many rooms a new connection names at most. */
export const NAMED_AT_ONCE = 50;

/**
 * The rooms after a new connection has named the newest ones: none goes back, and those that it does not name stay.
 * @param {Room[]} known
 * @param {Room[]} named
 * @returns {{rooms: Room[], areAll: boolean}} `areAll`: false where the whole list has to be read
 */
export function withNamed(known, named) {
  const rooms = withOthers(known, known, named);
  return { rooms, areAll: rooms.length === named.length && named.length < NAMED_AT_ONCE };
}

/** @param {Room[]} staying @param {Room[]} known @param {Room[]} heard @returns {Room[]} */
function withOthers(staying, known, heard) {
  const before = new Map(known.map((room) => [room.id, room]));
  const ids = new Set(heard.map(({ id }) => id));
  const newer = heard.map((room) => newerRoom(before.get(room.id) ?? room, room));
  return sortRooms([...newer, ...staying.filter(({ id }) => !ids.has(id))]);
}

/** A room as it was read, where it was heard of meanwhile. @param {Room} known @param {Room} heard @returns {Room} */
export function newerRoom(known, heard) {
  const isAhead = ORDER[known.state] > ORDER[heard.state] || (known.state === heard.state && ends(known) > ends(heard));
  const { state, kept, ends_at } = isAhead ? known : heard;
  const { unread_count, last_message, read_seq, counted } = recounted(known, { ...heard, count: heard.unread_count, onScreen: false });
  return { ...heard, state, kept, ends_at, unread_count, last_message, read_seq, counted };
}

/** Within a phase its end only moves on. @param {Room} room */
function ends({ ends_at }) {
  return ends_at === null ? 0 : Date.parse(ends_at);
}

/** Conversations that are kept. @param {Room[]} rooms */
export function keptRooms(rooms) {
  return rooms.filter((room) => room.state === "kept");
}

/**
 * Who is online after somebody came or went.
 * @param {ReadonlySet<string>} online
 * @param {{user_id: string, online: boolean}} presence
 * @returns {ReadonlySet<string>}
 */
export function withPresence(online, presence) {
  const others = [...online].filter((id) => id !== presence.user_id);
  return new Set(presence.online ? [...others, presence.user_id] : others);
}

/** Rooms still to be decided. @param {Room[]} rooms */
export function openRooms(rooms) {
  return rooms.filter((room) => room.state !== "kept" && room.state !== "ended");
}

/** Conversations that are over: to be read, and to report or block somebody later. @param {Room[]} rooms */
export function pastRooms(rooms) {
  return rooms.filter((room) => room.state === "ended");
}

/** Of those that are over, so many are shown at once. */
export const PAST_SHOWN = 8;

/** What the list of conversations shows at once, but for what goes on now. @param {Room[]} rooms */
export function shownFirst(rooms) {
  return [...keptRooms(rooms), ...pastRooms(rooms).slice(0, PAST_SHOWN)];
}

/**
 * A meeting that is not decided yet, and not on screen: its clock runs.
 * @param {Room[]} rooms
 * @param {string|null} roomId on screen
 */
export function meetingElsewhere(rooms, roomId) {
  return openRooms(rooms).find(({ id, match }) => match !== null && id !== roomId) ?? null;
}

/**
 * The room of a match, as far as the match itself tells of it.
 * @param {import("../types.js").Frame} frame
 * @param {Member} me
 * @param {string} createdAt
 * @returns {Room}
 */
export function roomOfMatch({ room_id, peer, score, reasons, icebreaker, icebreaker_topic, text_mode }, me, createdAt) {
  return {
    id: room_id, state: "idle", kept: false, members: [me, peer], ends_at: null, created_at: createdAt, last_message: null,
    unread_count: 0, counted: { seq: 0, read_seq: 0 }, match: { score, reasons, icebreaker, icebreaker_topic, text_mode },
  };
}

/** @param {Room[]} rooms @returns {number} */
export function unreadTotal(rooms) {
  return rooms.filter((room) => room.state !== "ended").reduce((sum, room) => sum + room.unread_count, 0);
}
