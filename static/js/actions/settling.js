/**
 * What becomes of unsent messages in a room that has ended.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import * as unsent from "../models/unsent.js";
import { sendByRequest } from "./by-request.js";
import { changeChat, unsentAfter } from "./current-chat.js";

const AGAIN_MS = 3_000;

/** The room that is being asked about. @type {string|null} */
let busyWith = null;

/**
 * Asks the server about each message that it may or may not have. Nothing is given up before the server has said so.
 * @param {Context} context
 */
export async function settleUnsent(context) {
  const { chat } = context.store.state;
  if (chat?.status?.state !== "ended" || busyWith === chat.roomId) return;
  const { roomId } = chat;
  busyWith = roomId;
  try {
    let settled = 0;
    for (let entry = next(context, roomId); entry; entry = next(context, roomId)) {
      await settle(context, roomId, entry);
      settled += 1;
    }
    if (settled > 0) await context.dispatch("syncHistory", roomId);
  } catch (error) {
    setTimeout(() => context.dispatch("settleUnsent"), AGAIN_MS);
    throw error;
  } finally {
    if (busyWith === roomId) busyWith = null;
  }
}

/** @param {Context} context @param {string} roomId */
function next({ store }, roomId) {
  const { chat } = store.state;
  return chat?.roomId === roomId ? unsent.unsettled(chat.unsent)[0] : undefined;
}

/** @param {Context} context @param {string} roomId @param {import("../models/unsent.js").Unsent} entry */
async function settle(context, roomId, entry) {
  const answer = await sendByRequest(context.api, roomId, entry);
  changeChat(context, roomId, (chat) => ({
    unsent: "message" in answer ? unsentAfter(chat, [answer.message], answer.message.sender_id)
      : unsent.lost(chat.unsent, entry.client_id, answer.problem, answer.gone),
  }));
}
