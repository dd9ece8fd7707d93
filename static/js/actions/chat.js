/**
 * The room on screen: opening it, reading in it, closing it.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../store.js").Chat} Chat
 */
import { ApiError } from "../api.js";
import { Connection } from "../connection.js";
import { nextLink } from "../models/link.js";
import { peerAmong } from "../models/room.js";
import * as list from "../models/message-list.js";
import { isLookedAt } from "../tabs.js";
import { changeChat } from "./current-chat.js";

/** @param {Context} context @param {string} roomId */
export async function openRoom(context, roomId) {
  const { store, api, dispatch } = context;
  // Asked for again, it stays what it was until it is here.
  const isAgain = store.state.chat?.roomId === roomId && store.state.chat.load === "failed";
  store.update({ chat: { ...closedChat(roomId), load: isAgain ? "failed" : "loading" } });
  dispatch("takeUpDraft", roomId);
  try {
    const [room, status] = await Promise.all([
      api.request("GET", `/chat/rooms/${roomId}`),
      api.request("GET", `/simple-countdown/status/${roomId}`),
    ]);
    const isNew = room.match !== null && status.state === "idle";
    changeChat(context, roomId, () => ({
      room, members: room.members, load: "ready", moment: isNew,
    }));
    await dispatch("peopleHeard", room.members);
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
  dispatch("loadPicture", peerAmong(store.state.chat.members, store.state.user?.id ?? "")?.id);
  await dispatch("syncHistory", roomId);
}

/** @param {string} roomId @returns {Chat} */
function closedChat(roomId) {
  return {
    roomId, load: "loading", room: null, status: null, phaseTotalMs: null, members: [],
    list: list.emptyList(), unsent: [], epoch: null, storedSeq: 0, saidReadSeq: 0, typingUntilMs: 0, moment: false,
    keptJustNow: false, historyBusy: false, historyWanted: false, voteBusy: false, voteLate: false, leaving: false, leaveBusy: false,
    atEnd: true, said: null, timeCall: null, picture: null, liked: false, peer: null, reportDetail: "", emojis: false,
  };
}

/** @param {Context} context @param {string} roomId */
function connect({ store, api, dispatch, sockets }, roomId) {
  sockets.chat?.close();
  sockets.chat = new Connection({
    path() {
      const { chat } = store.state;
      if (!chat || chat.epoch === null) return `/ws/chat/${roomId}`;
      return `/ws/chat/${roomId}?${list.resumeQuery(chat.list, chat.epoch)}`;
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
export function closeRoom({ store, sockets, dispatch }) {
  const { chat } = store.state;
  dispatch("stopTyping");
  sockets.chat?.close();
  sockets.chat = null;
  store.update({ chat: null, links: { ...store.state.links, chat: null } });
  dispatch("takeBackAlerts"); // nobody looks at a room now
  if (chat) dispatch("sendElsewhere", { roomId: chat.roomId, entries: chat.unsent });
}

/** The newest message is on screen; whether somebody reads it, the window knows. @param {Context} context */
export function seen(context) {
  const { store, sockets, dispatch } = context;
  const { chat } = store.state;
  dispatch("takeBackAlerts");
  if (!chat || !chat.atEnd || !isLookedAt()) return;
  const seq = list.lastSeq(chat.list);
  if (seq <= chat.saidReadSeq || !sockets.chat?.send({ type: "read", seq })) return;
  changeChat(context, chat.roomId, () => ({ saidReadSeq: seq }));
  dispatch("roomTouched", { roomId: chat.roomId, fields: { unread_count: 0, read_seq: seq } });
}

/** The log was scrolled. @param {Context} context @param {{atEnd: boolean, atStart: boolean}} place */
export function scrolled(context, { atEnd, atStart }) {
  const { chat } = context.store.state;
  if (!chat) return;
  if (chat.atEnd !== atEnd) changeChat(context, chat.roomId, () => ({ atEnd }));
  if (atStart && list.hasEarlier(chat.list)) return context.dispatch("loadEarlier");
}

/** @param {Context} context */
export function dismissMoment(context) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ moment: false, keptJustNow: false }));
}

/** @param {Context} context @param {boolean} emojis whether they are offered */
export function offerEmojis(context, emojis) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ emojis }));
}
