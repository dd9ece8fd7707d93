/**
 * What becomes of unsent messages in a room that has ended.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { wordsFor } from "../models/problem.js";
import * as unsent from "../models/unsent.js";
import { changeChat, unsentAfter } from "./current-chat.js";

const AGAIN_MS = 3_000;

/** The room that is being asked about. @type {string|null} */
let busyWith = null;

/**
 * Asks the server about each message that it may or may not have: sent again, a message that is there is answered with
 * itself, and one that is not there is refused. Nothing is given up before the server has said so.
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
async function settle(context, roomId, { client_id, text, attachments }) {
  try {
    const form = { client_id, text, attachment_ids: attachments.map(({ id }) => id) };
    const message = await context.api.request("POST", `/chat/rooms/${roomId}/messages`, form);
    changeChat(context, roomId, (chat) => ({ unsent: unsentAfter(chat, [message], message.sender_id) }));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const problem = error.code === "room_ended" ? t("message.room_had_ended") : wordsFor(error);
    changeChat(context, roomId, (chat) => ({ unsent: unsent.lost(chat.unsent, client_id, problem) }));
  }
}

/** Whether the server will never say anything else. @param {unknown} error @returns {error is ApiError} */
function isRefusal(error) {
  if (!(error instanceof ApiError) || unsent.passes(error.code)) return false;
  return error.status === 404 || error.status === 409 || error.status === 422;
}
