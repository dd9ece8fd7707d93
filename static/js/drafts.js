/**
 * What is written and not sent, by person and room, for as long as the tab lives: it outlives a reload. Words, and the files that the
 * server has already.
 */
import { tabData } from "./site-data.js";

/**
 * @typedef {import("./types.js").Attachment} Attachment
 * @typedef {{text: string, attachments: Attachment[]}} KeptDraft
 */

const WORDS = "webchat.draft.";
const FILES = "webchat.draft-files.";

/** @param {string} kind @param {string} userId @param {string} roomId */
const keyOf = (kind, userId, roomId) => `${kind}${userId}.${roomId}`;

/** What another release has left may be anything. @param {string|null} kept @returns {Attachment[]} */
function filesFrom(kept) {
  try {
    const files = JSON.parse(kept ?? "[]");
    return Array.isArray(files) ? files.filter((file) => typeof file?.id === "string" && typeof file.name === "string") : [];
  } catch {
    return [];
  }
}

function kept() {
  return tabData.names().filter((name) => name.startsWith(WORDS) || name.startsWith(FILES));
}

export function openDrafts() {
  return {
    /** @param {string} userId @param {string} roomId @returns {KeptDraft} */
    load: (userId, roomId) => ({
      text: tabData.read(keyOf(WORDS, userId, roomId)) ?? "", attachments: filesFrom(tabData.read(keyOf(FILES, userId, roomId))),
    }),

    /** @param {string} userId @param {string} roomId @param {KeptDraft} draft */
    save(userId, roomId, { text, attachments }) {
      tabData.keep(keyOf(WORDS, userId, roomId), text || null);
      tabData.keep(keyOf(FILES, userId, roomId), attachments.length > 0 ? JSON.stringify(attachments) : null);
    },

    /** Whether there is any, of a room that this page has not opened yet, too. */
    holds: () => kept().length > 0,

    /** The session is over: nothing stays. */
    clear() {
      for (const name of kept()) tabData.keep(name, null);
    },
  };
}

/** @typedef {ReturnType<typeof openDrafts>} KeptDrafts */
