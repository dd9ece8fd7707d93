/**
 * The socket that is open while someone is signed in, and the list of rooms that it keeps fresh.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Frame} Frame
 */
import { Connection } from "../connection.js";
import { hearServerTime } from "../models/countdown.js";
import { nextLink } from "../models/link.js";
import { changeRoom, sortRooms, statusOf } from "../models/room.js";
import { roomHash } from "../models/route.js";

/** Matches already shown: the server repeats them rather than lose one. @type {Set<string>} */
const presented = new Set();

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
  if (frame.type === "hello") {
    store.update({ rooms: sortRooms(frame.rooms), roomsLoaded: true });
    return dispatch("ticketRead", frame.ticket);
  }
  if (frame.type === "match_found") return matchFound(context, frame);
  if (frame.type === "room") return roomChanged(context, frame);
  if (frame.type === "unread") return unreadChanged(context, frame);
  if (frame.type === "mutual_like") return dispatch("loadRooms");
  if (frame.type === "signed_out") return dispatch("signedOut");
}

/** @param {Context} context @param {Frame} frame */
function matchFound({ store }, frame) {
  if (presented.has(frame.room_id)) return;
  presented.add(frame.room_id);
  store.update({ ticket: { state: "matched", room_id: frame.room_id } });
  location.hash = roomHash(frame.room_id);
}

/** @param {Context} context @param {Frame} frame */
function roomChanged({ store, dispatch }, frame) {
  const status = statusOf(frame);
  const { rooms, chat } = store.state;
  store.update({
    rooms: changeRoom(rooms, status.room_id, {
      state: status.state,
      kept: status.state === "kept",
      ends_at: status.ends_at,
    }),
  });
  if (chat?.roomId === status.room_id) dispatch("statusRead", { status, live: true });
  if (!rooms.some((room) => room.id === status.room_id)) return dispatch("loadRooms");
}

/** @param {Context} context @param {Frame} frame */
function unreadChanged({ store, dispatch }, frame) {
  const { rooms, chat } = store.state;
  if (!rooms.some((room) => room.id === frame.room_id)) return dispatch("loadRooms");
  const onScreen = chat?.roomId === frame.room_id && document.visibilityState === "visible";
  store.update({
    rooms: changeRoom(rooms, frame.room_id, {
      unread_count: onScreen ? 0 : frame.count,
      ...(frame.last_message ? { last_message: frame.last_message } : {}),
    }),
  });
}

/** @param {Context} context */
export async function loadRooms({ store, api }) {
  store.update({ rooms: sortRooms(await api.list("/chat/rooms")), roomsLoaded: true });
}
