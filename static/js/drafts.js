/**
 * Words that are written and not sent, by person and room, for as long as the tab lives: they outlive a reload.
 */
const PREFIX = "webchat.draft.";

/** @param {string} userId @param {string} roomId */
const keyOf = (userId, roomId) => `${PREFIX}${userId}.${roomId}`;

export function openDrafts() {
  return {
    /** @param {string} userId @param {string} roomId */
    load: (userId, roomId) => sessionStorage.getItem(keyOf(userId, roomId)) ?? "",

    /** @param {string} userId @param {string} roomId @param {string} text */
    save(userId, roomId, text) {
      if (text === "") sessionStorage.removeItem(keyOf(userId, roomId));
      else sessionStorage.setItem(keyOf(userId, roomId), text);
    },

    /** The session is over: nothing stays. */
    clear() {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    },
  };
}

/** @typedef {ReturnType<typeof openDrafts>} KeptDrafts */
