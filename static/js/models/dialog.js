import { picturesOf } from "./message-list.js";

/**
 * The dialogs over a room. What they cover, nobody sees or hears: what is said meanwhile is said in the one in front.
 *
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {"picture"|"peer"|"moment"} Dialog
 */

/** What of a room's state opens its dialogs, and the question whether to leave. */
export const ALL_CLOSED = { picture: null, peer: null, moment: false, leaving: false };

/**
 * The one that is shown; null: none.
 * @param {Pick<Chat, "load"|"list"|"picture"|"peer"|"moment">|null} chat
 * @returns {Dialog|null}
 */
export function frontDialog(chat) {
  if (chat === null || chat.load !== "ready") return null;
  if (picturesOf(chat.list).some(({ file }) => file.id === chat.picture)) return "picture";
  if (chat.peer !== null) return "peer";
  return chat.moment ? "moment" : null;
}
