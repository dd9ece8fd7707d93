/**
 * The room on screen: opening it, and what the person sends.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../store.js").Chat} Chat
 */
import { ApiError } from "../api.js";
import { Connection } from "../connection.js";
import { nextLink } from "../models/link.js";
import { changeRoom } from "../models/room.js";
import * as list from "../models/message-list.js";
import * as unsent from "../models/unsent.js";
import { uuid7 } from "../models/uuid7.js";
import { changeChat } from "./current-chat.js";

const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 4_000;
const MOMENT_MS = 6_000;

/** @type {{saidMs: number, timer: ReturnType<typeof setTimeout>|undefined}} */
const typing = { saidMs: 0, timer: undefined };
let readSeq = 0;

/** @param {Context} context @param {string} roomId */
export async function openRoom(context, roomId) {
  const { store, api, dispatch } = context;
  readSeq = 0;
  store.update({ chat: closedChat(roomId) });
  try {
    const [room, status] = await Promise.all([
      api.request("GET", `/chat/rooms/${roomId}`),
      api.request("GET", `/simple-countdown/status/${roomId}`),
    ]);
    const isNew = room.match !== null && status.state === "idle";
    changeChat(context, roomId, () => ({
      room, members: room.members, load: "ready", momentUntilMs: isNew ? Date.now() + MOMENT_MS : 0,
    }));
    await dispatch("statusRead", { status, live: false });
    await dispatch("takeUpKept", roomId);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const missing = error.status === 404 || error.status === 422;
    changeChat(context, roomId, () => ({ load: missing ? "missing" : "failed" }));
    return;
  }
  if (store.state.chat?.roomId !== roomId) return;
  connect(context, roomId);
  await dispatch("syncHistory", roomId);
}

/** @param {string} roomId @returns {Chat} */
function closedChat(roomId) {
  return {
    roomId, load: "loading", room: null, status: null, phaseTotalMs: null, members: [],
    list: list.emptyList(), unsent: [], epoch: null, storedSeq: 0, typingUntilMs: 0, momentUntilMs: 0,
    keptJustNow: false, historyBusy: false, historyWanted: false, voteBusy: false, leaving: false,
  };
}

/** @param {Context} context @param {string} roomId */
function connect({ store, api, dispatch, sockets }, roomId) {
  sockets.chat?.close();
  sockets.chat = new Connection({
    path() {
      const { chat } = store.state;
      if (!chat || chat.epoch === null) return `/ws/chat/${roomId}`;
      return `/ws/chat/${roomId}?after=${list.resumeSeq(chat.list)}&epoch=${encodeURIComponent(chat.epoch)}`;
    },
    token: api.token,
    onFrame: (frame) => dispatch("chatFrame", { roomId, frame }),
    onState: (state) => {
      const { links } = store.state;
      store.update({ links: { ...links, chat: nextLink(links.chat, state, Date.now()) } });
    },
    onStopped: () => dispatch("loadStatus"),
    refresh: api.refresh,
    mayRetry: () =>
      api.request("GET", `/chat/rooms/${roomId}`).then(
        () => true,
        (error) => error.status !== 404,
      ),
  });
}

/** @param {Context} context */
export function closeRoom({ store, sockets }) {
  clearTimeout(typing.timer);
  sockets.chat?.close();
  sockets.chat = null;
  store.update({ chat: null, links: { ...store.state.links, chat: null } });
}

/** @param {Context} context @param {string} text */
export function sendMessage(context, text) {
  const { chat } = context.store.state;
  if (!chat || text.trim() === "") return;
  const client_id = uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
  changeChat(context, chat.roomId, (now) => ({ unsent: unsent.add(now.unsent, { client_id, text }, Date.now()) }));
  const entry = context.store.state.chat?.unsent.find((candidate) => candidate.client_id === client_id);
  if (!entry?.put_off) transmit(context, client_id);
  stopTyping(context);
}

/** @param {Context} context @param {string} clientId */
export function retryMessage(context, clientId) {
  const { chat } = context.store.state;
  if (!chat) return;
  changeChat(context, chat.roomId, (now) => ({ unsent: unsent.retried(now.unsent, clientId) }));
  transmit(context, clientId);
}

/** Puts one entry on the wire; what has been there before is marked as sent again. @param {Context} context @param {string} clientId */
function transmit(context, clientId) {
  const { chat } = context.store.state;
  const entry = chat?.unsent.find((candidate) => candidate.client_id === clientId);
  if (!chat || !entry) return;
  const { client_id, text, tried_ms } = entry;
  const frame = { type: "send", client_id, text, attachment_ids: [], resend: tried_ms !== null };
  if (!context.sockets.chat?.send(frame)) return;
  changeChat(context, chat.roomId, (now) => ({ unsent: unsent.tried(now.unsent, clientId, Date.now()) }));
}

/** After every hello: what the database does not have. @param {Context} context */
export function sendUnsent(context) {
  const entries = unsent.toSendAgain(context.store.state.chat?.unsent ?? []);
  entries.forEach((entry) => transmit(context, entry.client_id));
}

/** What another tab has left behind, or this one before it was loaded anew. @param {Context} context @param {string} roomId */
export async function takeUpKept(context, roomId) {
  const { user } = context.store.state;
  if (!user) return;
  const kept = await context.outbox.load(user.id, roomId);
  const before = context.store.state.chat?.unsent ?? [];
  changeChat(context, roomId, (now) => {
    const all = unsent.takenUp(now.unsent, kept);
    return { unsent: now.status?.state === "ended" ? unsent.giveUp(all, "The chat had ended.") : all };
  });
  const after = context.store.state.chat?.unsent ?? [];
  const taken = after.filter((entry) => !before.some((known) => known.client_id === entry.client_id));
  unsent.toSendAgain(taken).forEach((entry) => transmit(context, entry.client_id));
}

/** @param {Context} context */
export function sendOverdue(context) {
  const entries = unsent.overdue(context.store.state.chat?.unsent ?? [], Date.now());
  entries.forEach((entry) => transmit(context, entry.client_id));
}

/** @param {Context} context */
export function typed(context) {
  const nowMs = Date.now();
  if (nowMs - typing.saidMs > TYPING_EVERY_MS && context.sockets.chat?.send({ type: "typing", active: true })) {
    typing.saidMs = nowMs;
  }
  clearTimeout(typing.timer);
  typing.timer = setTimeout(() => stopTyping(context), TYPING_ENDS_MS);
}

/** @param {Context} context */
function stopTyping({ sockets }) {
  clearTimeout(typing.timer);
  if (typing.saidMs > 0) sockets.chat?.send({ type: "typing", active: false });
  typing.saidMs = 0;
}

/** The newest message is on screen. @param {Context} context */
export function seen({ store, sockets }) {
  const { chat, rooms } = store.state;
  if (!chat || document.visibilityState !== "visible") return;
  const seq = list.lastSeq(chat.list);
  if (seq <= readSeq || !sockets.chat?.send({ type: "read", seq })) return;
  readSeq = seq;
  store.update({ rooms: changeRoom(rooms, chat.roomId, { unread_count: 0 }) });
}

/** @param {Context} context */
export function dismissMoment(context) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ momentUntilMs: 0, keptJustNow: false }));
}
