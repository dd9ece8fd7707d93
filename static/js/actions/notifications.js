/**
 * The socket that is open while someone is signed in, and the list of rooms that it keeps fresh.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Frame} Frame
 */
import { Connection } from "../connection.js";
import { hearServerTime, serverNowMs } from "../models/countdown.js";
import { isOccupied } from "../models/draft.js";
import { nextLink } from "../models/link.js";
import {
  changeRoom, meetingElsewhere, mergedRooms, peerAmong, putRoom, roomOfMatch, shownFirst, statusOf, withNamed, withPresence,
} from "../models/room.js";
import { t } from "../models/language.js";
import { nameOf } from "../models/person.js";
import { isNotRead } from "../models/screen.js";
import { isUnordered, readHere, recounted } from "../models/unread.js";
import { isLookedAt } from "../tabs.js";
import { readNeeded } from "./reading.js";

/** @param {Context} context */
export function connectNotifications({ store, api, dispatch, sockets }) {
  sockets.notifications?.close();
  sockets.notifications = new Connection({
    path: () => "/ws/notifications",
    token: api.token,
    onFrame: (frame) => dispatch("notified", frame),
    onState: (state) => {
      const { links } = store.state;
      store.update({ links: { ...links, notifications: nextLink(links.notifications, state, Date.now()) } });
    },
    onStopped: () => {},
    refresh: api.refresh,
    mayRetry: () => api.request("GET", "/users/me").then(() => true),
  });
}

/** @param {Context} context @param {Frame} frame */
export function notified(context, frame) {
  const { store, dispatch } = context;
  if (frame.server_time) {
    store.update({ clock: hearServerTime(store.state.clock, frame.server_time, Date.now()) });
  }
  if (frame.type === "hello") return hello(context, frame);
  if (frame.type === "match_found") return matchFound(context, frame);
  if (frame.type === "room") return roomChanged(context, frame);
  if (frame.type === "unread") return unreadChanged(context, frame);
  if (frame.type === "mutual_like") return likedEachOther(context, frame);
  if (frame.type === "presence") {
    const { user_id, online } = frame;
    return store.update({ online: withPresence(store.state.online, { user_id, online }) });
  }
  if (frame.type === "ticket") return dispatch("ticketTold", frame);
  if (frame.type === "signed_out") return dispatch("signedOut");
}

/** @param {Context} context @param {Frame} frame */
function hello({ store, dispatch }, { rooms: named, ticket }) {
  const { chat } = store.state;
  const { rooms, areAll } = withNamed(store.state.rooms, named);
  // Whoever is online is named next.
  store.update({ rooms: readHere(rooms, chat?.roomId ?? "", chat?.saidReadSeq ?? 0), roomsLoaded: true, online: new Set() });
  dispatch("peopleHeard", named.flatMap((/** @type {import("../types.js").Room} */ { members }) => members));
  if (isNotRead(store.state)) dispatch("loadScreen");
  if (!areAll) dispatch("loadRooms");
  dispatch("sweepAlerts");
  dispatch("saveVotes");
  dispatch("sendKept");
  return dispatch("ticketTold", ticket);
}

/** Who is in the middle of something is not torn away: the page says who waits, and the way there. @param {Context} context @param {Frame} frame */
function matchFound(context, frame) {
  const { store, dispatch } = context;
  const { presented } = store.state;
  if (presented.has(frame.room_id)) return;
  store.update({ presented: new Set([...presented, frame.room_id]) });
  // Said again to a page that is new, while the two are together: it has the clock in sight, and stays where it is.
  if (store.state.rooms.some(({ id, state }) => id === frame.room_id && state !== "idle")) return;
  dispatch("ticketTold", { state: "matched", room_id: frame.room_id });
  if (isOccupied(store.state)) showMeeting(context, frame);
  else dispatch("goToMeeting", frame.room_id);
  const name = nameOf(frame.peer);
  return dispatch("alertPerson", { title: t("notify.match", { name }), body: t("notify.match_body"), roomId: frame.room_id });
}

/** At once, and with its clock as soon as that is read. @param {Context} context @param {Frame} frame */
function showMeeting({ store, dispatch }, frame) {
  const { rooms, user, clock } = store.state;
  if (!user || rooms.some(({ id }) => id === frame.room_id)) return;
  const me = { id: user.id, display_name: user.display_name ?? user.username };
  const now = new Date(serverNowMs(clock, Date.now())).toISOString();
  store.update({ rooms: putRoom(rooms, roomOfMatch(frame, me, now)) });
  dispatch("loadRoom", frame.room_id);
}

/** Both see more of each other from now on, and are told so wherever they are. @param {Context} context @param {Frame} frame */
async function likedEachOther({ store, dispatch }, { user_id, reveal_level }) {
  const { rooms, chat } = store.state;
  const them = (/** @type {import("../types.js").Room} */ room) => room.members.find((member) => member.id === user_id);
  store.update({ rooms: rooms.map((room) => (them(room) ? { ...room, reveal_level } : room)) });
  dispatch("loadPicture", user_id);
  const room = chat?.room ?? null;
  if (chat && room && them(room)) {
    store.update({ chat: { ...chat, room: { ...room, reveal_level } } });
    dispatch("readPeer");
  }
  const peer = [...rooms, ...(room ? [room] : [])].map(them).find((found) => found !== undefined);
  if (peer) return dispatch("tell", t("peer.mutual", { name: nameOf(peer) }));
}

/** @param {Context} context @param {Frame} frame */
function roomChanged({ store, dispatch }, frame) {
  const status = statusOf(frame);
  const { rooms, chat, user, route } = store.state;
  const missed = meetingElsewhere(rooms, route.roomId);
  if (status.reason === "no_show" && missed?.id === status.room_id && missed.state === "idle") dispatch("tell", t("meeting.missed"));
  store.update({
    rooms: changeRoom(rooms, status.room_id, {
      state: status.state,
      kept: status.state === "kept",
      ends_at: status.ends_at,
    }),
  });
  dispatch("sweepAlerts", status.room_id);
  if (chat?.roomId === status.room_id) dispatch("statusRead", { status, live: true });
  // Who keeps a room sees more of the other one, and this frame comes after the database knows it.
  const members = rooms.find((room) => room.id === status.room_id)?.members;
  if (status.state === "kept" && members && user) {
    dispatch("loadPicture", peerAmong(members, user.id)?.id);
    if (chat?.roomId === status.room_id) dispatch("readPeer");
  }
  if (!rooms.some((room) => room.id === status.room_id)) return dispatch("loadRooms");
}

/** @param {Context} context @param {Frame} frame */
async function unreadChanged(context, frame) {
  const { store, dispatch } = context;
  const find = () => store.state.rooms.find((known) => known.id === frame.room_id);
  if (find() === undefined) await dispatch("loadRoom", frame.room_id);
  const room = find();
  if (room === undefined) return;
  const { chat, rooms } = store.state;
  const onScreen = chat?.roomId === frame.room_id && chat?.atEnd === true && isLookedAt();
  const { count, last_message, read_seq } = frame;
  const heard = { count, last_message, read_seq, onScreen };
  if (isUnordered(room, heard)) return countAgain(context, room.id);
  store.update({ rooms: putRoom(rooms, recounted(room, heard)) });
  return countChanged(context, room.id);
}

/** Rooms whose count is asked for, and whether it has to be asked for once more. @type {Map<string, boolean>} */
const asked = new Map();

/** What is asked for now is newer than all that was heard before. @param {Context} context @param {string} roomId */
async function countAgain(context, roomId) {
  const isAsked = asked.has(roomId);
  asked.set(roomId, isAsked);
  if (isAsked) return;
  await context.dispatch("loadRoom", roomId);
  const isMore = asked.get(roomId);
  asked.delete(roomId);
  if (isMore) await countAgain(context, roomId);
  else await countChanged(context, roomId);
}

/** The count comes after the message: by then it may have been read here, and the page be left. @param {Context} context @param {string} roomId */
function countChanged(context, roomId) {
  const { store, dispatch } = context;
  const room = store.state.rooms.find(({ id }) => id === roomId);
  if (room === undefined) return;
  return room.unread_count > 0 ? messageCame(context, room) : dispatch("sweepAlerts", roomId);
}

/** @param {Context} context @param {import("../types.js").Room} room */
function messageCame({ store, dispatch }, { id: roomId, members, last_message: message }) {
  const sender = members.find((member) => member.id === message?.sender_id);
  if (!message || !sender || sender.id === store.state.user?.id) return;
  const { called } = store.state;
  if (message.seq <= (called[roomId] ?? 0)) return;
  store.update({ called: { ...called, [roomId]: message.seq } });
  return dispatch("alertPerson", { title: nameOf(sender), body: message.text || t("message.attachment"), roomId });
}

/** @param {Context} context */
export async function loadRooms(context) {
  const { store, api, dispatch } = context;
  await readNeeded(context, "rooms", () => api.list("/chat/rooms"), (rooms) =>
    store.update({ rooms: mergedRooms(store.state.rooms, rooms), roomsLoaded: true }));
  await dispatch("peopleHeard", store.state.rooms.flatMap(({ members }) => members));
  dispatch("sweepAlerts");
  const { rooms, route, user } = store.state;
  if (route.screen === "conversations") await dispatch("loadPictures", shownFirst(rooms).map(({ members }) => peerAmong(members, user?.id ?? "")?.id));
}
