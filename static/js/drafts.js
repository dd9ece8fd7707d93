/**
 * Words that are written and not sent, by person and room, for as long as the tab lives: they outlive a reload.
 */
import { tabData } from "./site-data.js";

const PREFIX = "webchat.draft.";

/** @param {string} userId @param {string} roomId */
const keyOf = (userId, roomId) => `${PREFIX}${userId}.${roomId}`;

export function openDrafts() {
  return {
    /** @param {string} userId @param {string} roomId */
    load: (userId, roomId) => tabData.read(keyOf(userId, roomId)) ?? "",

    /** @param {string} userId @param {string} roomId @param {string} text */
    save: (userId, roomId, text) => tabData.keep(keyOf(userId, roomId), text || null),

    /** The session is over: nothing stays. */
    clear() {
      for (const name of tabData.names()) if (name.startsWith(PREFIX)) tabData.keep(name, null);
    },
  };
}

/** @typedef {ReturnType<typeof openDrafts>} KeptDrafts */
