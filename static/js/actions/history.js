/**
 * Reading the messages of the room on screen by HTTP: at first, to fill a hole, and back in time.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import * as list from "../models/message-list.js";
import { changeChat, held, unsentAfter } from "./current-chat.js";

const PAGE = 50;
const GAP_PAGE = 100;
const AGAIN_MS = 3_000;

/**
 * Reads what is missing: the newest page where nothing is known, else all that follows the last certain message. Asked
 * for while it is at work, it goes round once more.
 * @param {Context} context
 * @param {string} roomId
 */
export async function syncHistory(context, roomId) {
  const { store, dispatch } = context;
  if (store.state.chat?.historyBusy) {
    changeChat(context, roomId, () => ({ historyWanted: true }));
    return;
  }
  changeChat(context, roomId, () => ({ historyBusy: true }));
  try {
    let more = true;
    while (more && store.state.chat?.roomId === roomId) more = await readOn(context, roomId);
  } catch (error) {
    setTimeout(() => dispatch("syncHistory", roomId), AGAIN_MS);
    throw error;
  } finally {
    changeChat(context, roomId, () => ({ historyBusy: false }));
  }
}

/**
 * @param {Context} context
 * @param {string} roomId
 * @returns {Promise<boolean>} whether there is more to read
 */
async function readOn(context, roomId) {
  const { store, api } = context;
  const after = list.resumeSeq(store.state.chat?.list ?? list.emptyList());
  const query = after === 0 ? `limit=${PAGE}` : `after=${after}&limit=${GAP_PAGE}`;
  changeChat(context, roomId, () => ({ historyWanted: false }));
  const { items } = await api.request("GET", `/chat/rooms/${roomId}/messages?${query}`);
  changeChat(context, roomId, (chat) => {
    const merged = after === 0 ? list.mergeNewest(chat.list, items) : list.mergeHistory(chat.list, items);
    const stuck = list.hasGap(merged) && list.resumeSeq(merged) === after;
    return {
      list: held(chat, stuck ? list.closeGap(merged, after) : merged),
      unsent: unsentAfter(chat, items, store.state.user?.id),
    };
  });
  const { chat } = store.state;
  if (chat?.roomId !== roomId) return false;
  return chat.historyWanted || list.hasGap(chat.list) || (after > 0 && items.length === GAP_PAGE);
}

/** @param {Context} context */
export async function loadEarlier(context) {
  const { chat } = context.store.state;
  if (!chat || chat.historyBusy || chat.list.messages.length === 0) return;
  const { roomId } = chat;
  changeChat(context, roomId, () => ({ historyBusy: true }));
  try {
    const before = chat.list.messages[0].seq;
    const { items } = await context.api.request("GET", `/chat/rooms/${roomId}/messages?before=${before}&limit=${PAGE}`);
    changeChat(context, roomId, (now) => ({ list: list.mergeHistory(now.list, items) }));
  } finally {
    const wanted = context.store.state.chat?.historyWanted;
    changeChat(context, roomId, () => ({ historyBusy: false }));
    if (wanted) context.dispatch("syncHistory", roomId);
  }
}
