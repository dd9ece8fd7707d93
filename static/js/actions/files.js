/**
 * The files of the message that is being written, and those of messages that are read.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { draftOf } from "../models/draft.js";
import { t } from "../models/language.js";
import * as list from "../models/message-list.js";
import { wordsFor } from "../models/problem.js";
import * as uploads from "../models/upload.js";
import { uuid7 } from "../models/uuid7.js";
import { saveAs } from "../save-as.js";
import { sendFile } from "../upload.js";
import { changeChat, changeDraft } from "./current-chat.js";

/** Every upload under way, and how it is broken off. @type {Map<string, AbortController>} */
const underWay = new Map();
/** The addresses of files live for ten minutes; a picture that fails is not asked for again sooner than this. */
const REFRESH_EVERY_MS = 5_000;
/** By room and sequence. @type {Map<string, number>} */
const refreshed = new Map();

/** Files were picked, pasted or dropped. @param {Context} context @param {File[]} files */
export function addFiles(context, files) {
  const { chat, drafts } = context.store.state;
  if (!chat || chat.status?.state === "ended") return;
  const taken = files.slice(0, uploads.room(draftOf(drafts, chat.roomId).uploads));
  if (taken.length < files.length) context.dispatch("tell", t("file.too_many", { count: uploads.FILES_MAX }));
  for (const file of taken) begin(context, chat.roomId, file);
}

/** @param {Context} context @param {string} roomId @param {File} file */
function begin(context, roomId, file) {
  // Not `randomUUID`: browsers have it over https only.
  const id = uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
  changeDraft(context, roomId, (draft) => ({ uploads: uploads.begun(draft.uploads, file, id) }));
  const begun = draftOf(context.store.state.drafts, roomId).uploads.find((upload) => upload.id === id);
  if (begun?.state === "uploading") send(context, roomId, file, id);
}

/** @param {Context} context @param {string} roomId @param {File} file @param {string} id */
async function send(context, roomId, file, id) {
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    /** @type {import("../types.js").Uploaded} */
    const uploaded = await sendWithFreshToken(context.api, {
      path: `/chat/rooms/${roomId}/files`,
      file,
      signal: controller.signal,
      onProgress: (sentBytes) =>
        changeDraft(context, roomId, (draft) => ({ uploads: uploads.progressed(draft.uploads, id, sentBytes) })),
    });
    changeDraft(context, roomId, (draft) => ({ uploads: uploads.done(draft.uploads, id, uploaded) }));
    if (uploaded.first_frame_only) context.dispatch("tell", t("file.first_frame_only", { name: file.name }));
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    changeDraft(context, roomId, (draft) => ({ uploads: uploads.failed(draft.uploads, id, wordsFor(error)) }));
  } finally {
    underWay.delete(id);
  }
}

/** @param {import("../api.js").Api} api @param {Omit<import("../upload.js").Sending, "token">} sending */
async function sendWithFreshToken(api, sending) {
  try {
    return await sendFile({ ...sending, token: api.token() });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    await api.refresh();
    return sendFile({ ...sending, token: api.token() });
  }
}

/** Takes a file out of the message, also one on its way. @param {Context} context @param {string} id */
export async function removeFile(context, id) {
  const { chat, drafts } = context.store.state;
  underWay.get(id)?.abort();
  if (!chat) return;
  const removed = draftOf(drafts, chat.roomId).uploads.find((upload) => upload.id === id);
  changeDraft(context, chat.roomId, (draft) => ({ uploads: uploads.without(draft.uploads, id) }));
  if (removed?.attachment) await takeBack(context, removed.attachment.id);
}

/** What nobody sends takes no space. Where that cannot be said now, or a message has it, it goes in its time. @param {Context} context @param {string} fileId */
async function takeBack(context, fileId) {
  try {
    await context.api.request("DELETE", `/files/${fileId}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Nobody waits for any file any more: the session is over. */
export function dropFiles() {
  underWay.forEach((controller) => controller.abort());
  underWay.clear();
}

/**
 * Reads one message again, for the fresh addresses of its files.
 * @param {Context} context
 * @param {number} seq
 */
export async function refreshFiles(context, seq) {
  const { chat } = context.store.state;
  const nowMs = Date.now();
  const which = `${chat?.roomId}/${seq}`;
  if (!chat || nowMs - (refreshed.get(which) ?? 0) < REFRESH_EVERY_MS) return;
  refreshed.set(which, nowMs);
  await filesOf(context, chat.roomId, seq);
}

/** Saves a file of a message, by an address that has not run out. @param {Context} context @param {{seq: number, fileId: string}} which */
export async function saveFile(context, { seq, fileId }) {
  const { chat } = context.store.state;
  if (!chat) return;
  const file = (await filesOf(context, chat.roomId, seq)).find(({ id }) => id === fileId);
  if (file) saveAs(file.url, file.name);
  else await context.dispatch("tell", t("file.gone"));
}

/** The files of a message as the server has them now; the room shows them so. @param {Context} context @param {string} roomId @param {number} seq */
async function filesOf(context, roomId, seq) {
  const { items } = await context.api.request("GET", `/chat/rooms/${roomId}/messages?after=${seq - 1}&limit=1`);
  /** @type {import("../types.js").Message[]} */
  const found = items.filter((/** @type {import("../types.js").Message} */ item) => item.seq === seq);
  // The room may hold newer ones only by now.
  changeChat(context, roomId, (now) => ({ list: list.renewed(now.list, found) }));
  return found.flatMap(({ attachments = [] }) => attachments);
}

/** A picture is looked at, in full. @param {Context} context @param {string} fileId */
export function openPicture(context, fileId) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ picture: fileId }));
}

/** @param {Context} context */
export function closePicture(context) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ picture: null }));
}
