/**
 * How actions change the room on screen.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../store.js").Chat} Chat
 */
import { draftOf, withDraft } from "../models/draft.js";
import { withoutOldest } from "../models/message-list.js";
import * as unsent from "../models/unsent.js";
import { attachmentsOf } from "../models/upload.js";

/**
 * Changes the room on screen, if it still is: an answer may come after the person has gone elsewhere.
 * @param {Pick<Context, "store"|"outbox">} context
 * @param {string} roomId
 * @param {(chat: Chat) => Partial<Chat>} change
 */
export function changeChat({ store, outbox }, roomId, change) {
  const { chat, user } = store.state;
  if (chat?.roomId !== roomId) return;
  const patch = change(chat);
  store.update({ chat: { ...chat, ...patch } });
  if (patch.unsent && user) outbox.save(user.id, roomId, chat.unsent, patch.unsent);
}

/**
 * The messages that the room holds from now on: all, while somebody reads older ones or looks at their pictures, else the newest.
 * @param {Chat} chat
 * @param {import("../models/message-list.js").MessageList} list
 */
export function held({ atEnd, picture, unsent: entries }, list) {
  if (!atEnd || picture !== null) return list;
  return withoutOldest(list, Math.min(...entries.map(({ seq }) => seq ?? Infinity)));
}

/**
 * Changes what is being written in a room, on screen or not: files go on while the person is elsewhere.
 * @param {Pick<Context, "store"|"keptDrafts">} context
 * @param {string} roomId
 * @param {(draft: import("../models/draft.js").Draft) => Partial<import("../models/draft.js").Draft>} change
 */
export function changeDraft({ store, keptDrafts }, roomId, change) {
  const { drafts, user } = store.state;
  const before = draftOf(drafts, roomId);
  const after = { ...before, ...change(before) };
  store.update({ drafts: withDraft(drafts, roomId, after) });
  const [filesBefore, attachments] = [before, after].map(({ uploads }) => attachmentsOf(uploads));
  const isSame = after.text === before.text && attachments.length === filesBefore.length && attachments.every((file, at) => file === filesBefore[at]);
  if (user && !isSame) keptDrafts.save(user.id, roomId, { text: after.text, attachments });
}

/**
 * The unsent messages, after some messages of the room were read: what is among them is acknowledged, and perhaps stored.
 * @param {Chat} chat
 * @param {import("../types.js").Message[]} messages
 * @param {string|undefined} me
 */
export function unsentAfter(chat, messages, me) {
  const acknowledged = messages
    .filter((message) => message.sender_id === me)
    .reduce((entries, { client_id, seq }) => unsent.acknowledged(entries, client_id, seq), chat.unsent);
  return unsent.dropStored(acknowledged, chat.storedSeq);
}
