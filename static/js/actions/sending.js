/**
 * What the person sends in the room on screen: messages until the database has them, and the sign that they are typing.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { draftOf, isBegun, isReady } from "../models/draft.js";
import { attachmentsOf, restored } from "../models/upload.js";
import * as unsent from "../models/unsent.js";
import { uuid7 } from "../models/uuid7.js";
import { changeChat, changeDraft } from "./current-chat.js";

const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 4_000;

/** @type {{saidMs: number, timer: ReturnType<typeof setTimeout>|undefined}} */
const typing = { saidMs: 0, timer: undefined };

/** Sends what is written, with the files that are ready. @param {Context} context */
export function sendMessage(context) {
  const { chat, drafts } = context.store.state;
  const draft = chat && draftOf(drafts, chat.roomId);
  if (!chat || !draft || !isReady(draft)) return;
  const client_id = uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
  const message = { client_id, text: draft.text, attachments: attachmentsOf(draft.uploads) };
  changeChat(context, chat.roomId, (now) => ({
    unsent: unsent.add(now.unsent, message, Date.now()), atEnd: true, emojis: false,
  }));
  changeDraft(context, chat.roomId, () => ({ text: "", uploads: [] }));
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

/** What could not be sent is given up. Its words and files go back to where they are written, where that is free. @param {Context} context @param {string} clientId */
export function removeMessage(context, clientId) {
  const { chat, drafts } = context.store.state;
  const entry = chat?.unsent.find(({ client_id, state }) => client_id === clientId && state === "failed");
  if (!chat || !entry) return;
  changeChat(context, chat.roomId, (now) => ({ unsent: unsent.without(now.unsent, clientId) }));
  if (chat.status?.state === "ended" || isBegun(draftOf(drafts, chat.roomId))) return;
  changeDraft(context, chat.roomId, () => ({ text: entry.text, uploads: restored(entry.attachments) }));
}

/** Puts one entry on the wire; what has been there before is marked as sent again. @param {Context} context @param {string} clientId */
function transmit(context, clientId) {
  const { chat } = context.store.state;
  const entry = chat?.unsent.find((candidate) => candidate.client_id === clientId);
  if (!chat || !entry) return;
  const { client_id, text, attachments, tried_ms } = entry;
  const frame = { type: "send", client_id, text, attachment_ids: attachments.map(({ id }) => id), resend: tried_ms !== null };
  if (!context.sockets.chat?.send(frame)) return;
  changeChat(context, chat.roomId, (now) => ({ unsent: unsent.tried(now.unsent, clientId, Date.now()) }));
}

/** After every hello: what the database does not have. @param {Context} context */
export function sendUnsent(context) {
  const { chat } = context.store.state;
  if (!chat) return;
  const entries = unsent.lined(chat.unsent, Date.now());
  changeChat(context, chat.roomId, () => ({ unsent: entries }));
  unsent.toSendAgain(entries).forEach((entry) => transmit(context, entry.client_id));
}

/** What another tab has left behind, or this one before it was loaded anew. @param {Context} context @param {string} roomId */
export async function takeUpKept(context, roomId) {
  const { user } = context.store.state;
  if (!user) return;
  const kept = await context.outbox.load(user.id, roomId);
  const before = context.store.state.chat?.unsent ?? [];
  changeChat(context, roomId, (now) => ({ unsent: unsent.takenUp(now.unsent, kept) }));
  if (context.store.state.chat?.status?.state === "ended") return context.dispatch("settleUnsent");
  const after = context.store.state.chat?.unsent ?? [];
  const taken = after.filter((entry) => !before.some((known) => known.client_id === entry.client_id));
  unsent.toSendAgain(taken).forEach((entry) => transmit(context, entry.client_id));
}

/** Also after each answer: what waits for it goes out at once. @param {Context} context */
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
export function stopTyping({ sockets }) {
  clearTimeout(typing.timer);
  if (typing.saidMs > 0) sockets.chat?.send({ type: "typing", active: false });
  typing.saidMs = 0;
}
