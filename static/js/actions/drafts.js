/**
 * What is being written: kept by room, also while the person is in another one.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { draftOf } from "../models/draft.js";
import { restored } from "../models/upload.js";
import { changeDraft } from "./current-chat.js";

/** What was written here before the page was loaded anew. @param {Context} context @param {string} roomId */
export function takeUpDraft(context, roomId) {
  const { user } = context.store.state;
  if (!user) return;
  const kept = context.keptDrafts.load(user.id, roomId);
  changeDraft(context, roomId, ({ text, uploads }) => ({ text: text || kept.text, uploads: uploads.length > 0 ? uploads : restored(kept.attachments) }));
}

/** @param {Context} context @param {string} text */
export function write(context, text) {
  const { chat } = context.store.state;
  if (!chat) return;
  changeDraft(context, chat.roomId, () => ({ text }));
  context.dispatch("typed");
}

/** The room takes nothing more: no files, and the words stay until they are put away. @param {Context} context @param {string} roomId */
export function closeDraft(context, roomId) {
  for (const { id } of draftOf(context.store.state.drafts, roomId).uploads) context.dispatch("removeFile", id);
}

/** @param {Context} context @param {string} roomId */
export function dropDraft(context, roomId) {
  changeDraft(context, roomId, () => ({ text: "" }));
}
