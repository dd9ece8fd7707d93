/**
 * Unsent messages over a reload of the page: kept for this tab only, gone with it or with the session.
 *
 * @typedef {import("./models/unsent.js").Unsent} Unsent
 */

const PREFIX = "webchat.unsent.";

/** @param {string} roomId @returns {Unsent[]} */
export function loadUnsent(roomId) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PREFIX + roomId) ?? "[]");
    // How long ago it went out is not known to the new page: it goes out again as soon as the server says hello.
    return kept.map((/** @type {Unsent} */ entry) => ({ ...entry, tried_ms: 0 }));
  } catch {
    // Storage may be switched off, or hold something old: a page without it loses only this convenience.
    return [];
  }
}

/** @param {string} roomId @param {Unsent[]} entries */
export function saveUnsent(roomId, entries) {
  try {
    if (entries.length === 0) sessionStorage.removeItem(PREFIX + roomId);
    else sessionStorage.setItem(PREFIX + roomId, JSON.stringify(entries));
  } catch {
    // As above.
  }
}

/** Forgets all rooms: the session is over. */
export function clearUnsent() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
