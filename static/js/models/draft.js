import { attachmentsOf } from "./upload.js";

/**
 * What a person is about to send in a room: their words and their files. It stays while they are elsewhere.
 *
 * @typedef {import("./upload.js").Upload} Upload
 * @typedef {{text: string, uploads: Upload[]}} Draft
 * @typedef {Readonly<Record<string, Draft>>} Drafts by room; where nothing is begun, none
 */

/** @type {Draft} */
const NOTHING = { text: "", uploads: [] };

/** @param {Drafts} drafts @param {string} roomId @returns {Draft} */
export function draftOf(drafts, roomId) {
  return drafts[roomId] ?? NOTHING;
}

/** @param {Drafts} drafts @param {string} roomId @param {Draft} draft @returns {Drafts} */
export function withDraft(drafts, roomId, draft) {
  const { [roomId]: _, ...others } = drafts;
  return isBegun(draft) ? { ...others, [roomId]: draft } : others;
}

/** @param {Draft} draft */
export function isBegun({ text, uploads }) {
  return text !== "" || uploads.length > 0;
}

/** Whether there is more of it than white space: what a person would miss. @param {Draft} draft */
function hasContent({ text, uploads }) {
  return text.trim() !== "" || uploads.length > 0;
}

/** Whether a message of it can go out: words or a file, and no file still on its way. @param {Draft} draft */
export function isReady({ text, uploads }) {
  return areSettled(uploads) && (text.trim() !== "" || attachmentsOf(uploads).length > 0);
}

/** Whether nothing of it is still on its way. @param {Upload[]} uploads */
export function areSettled(uploads) {
  return uploads.every(({ state }) => state !== "uploading");
}

/** Whether a sign-out loses something: a message that is not sent, or one that is being written. @param {Pick<import("../store.js").State, "notSent"|"drafts">} state */
export function hasUnsent({ notSent, drafts }) {
  return Object.keys(notSent).length > 0 || Object.values(drafts).some(hasContent);
}

/**
 * Whether the person is in the middle of something that they would be torn from: a message, a report, their profile, their picture,
 * a new password, or the question whether to delete the account.
 * @param {Pick<import("../store.js").State, "route"|"chat"|"drafts"|"profile"|"avatarEdit"|"account">} state
 */
export function isOccupied({ route, chat, drafts, profile, avatarEdit, account }) {
  if (route.screen === "account") return account.typing || account.deleting;
  if (route.screen === "profile") return profile.draft !== null || avatarEdit !== null;
  if (chat === null) return false;
  const draft = chat.status?.state === "ended" ? NOTHING : draftOf(drafts, chat.roomId); // nobody writes there any more
  return hasContent(draft) || (chat.peer !== null && chat.reportDetail.trim() !== "");
}
