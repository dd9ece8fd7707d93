/**
 * What the user has sent and the database does not have yet. An entry stays until the server says `stored`, and is sent
 * again with the same `client_id` after a reconnect, so nothing is lost and nothing appears twice.
 *
 * @typedef {object} Unsent
 * @property {string} client_id
 * @property {string} text
 * @property {number} created_ms
 * @property {number|null} tried_ms when it last went out; null if it never did
 * @property {"sending"|"sent"|"failed"} state `sent`: acknowledged, and not stored yet
 * @property {number|null} seq
 * @property {string|null} problem why it failed, for the reader
 */

/** How long an acknowledgement may take before the message goes out again, in milliseconds. */
export const ACK_WAIT_MS = 8_000;

/**
 * @param {Unsent[]} entries
 * @param {{client_id: string, text: string}} message
 * @param {number} nowMs
 * @returns {Unsent[]}
 */
export function add(entries, { client_id, text }, nowMs) {
  return [...entries, { client_id, text, created_ms: nowMs, tried_ms: null, state: "sending", seq: null, problem: null }];
}

/**
 * @param {Unsent[]} entries
 * @param {string} clientId
 * @param {Partial<Unsent>} fields
 * @returns {Unsent[]}
 */
function change(entries, clientId, fields) {
  return entries.map((entry) => (entry.client_id === clientId ? { ...entry, ...fields } : entry));
}

/** @param {Unsent[]} entries @param {string} clientId @param {number} nowMs */
export function tried(entries, clientId, nowMs) {
  return change(entries, clientId, { tried_ms: nowMs });
}

/** @param {Unsent[]} entries @param {string} clientId @param {number} seq */
export function acknowledged(entries, clientId, seq) {
  return change(entries, clientId, { state: "sent", seq, problem: null });
}

/** @param {Unsent[]} entries @param {string} clientId @param {string} problem @returns {Unsent[]} */
export function failed(entries, clientId, problem) {
  return entries.map((entry) =>
    // An ack is never taken back.
    entry.client_id === clientId && entry.seq === null ? asFailed(entry, problem) : entry,
  );
}

/** @param {Unsent[]} entries @param {string} clientId */
export function retried(entries, clientId) {
  return change(entries, clientId, { state: "sending", problem: null });
}

/**
 * Nothing more can be sent: the room has ended. What was acknowledged is the server's to keep.
 * @param {Unsent[]} entries
 * @param {string} problem
 * @returns {Unsent[]}
 */
export function giveUp(entries, problem) {
  return entries
    .filter((entry) => entry.seq === null)
    .map((entry) => asFailed(entry, entry.problem ?? problem));
}

/** @param {Unsent} entry @param {string} problem @returns {Unsent} */
function asFailed(entry, problem) {
  return { ...entry, state: "failed", problem };
}

/**
 * Drops what the database has.
 * @param {Unsent[]} entries
 * @param {number} storedSeq the database has everything up to here
 * @returns {Unsent[]}
 */
export function dropStored(entries, storedSeq) {
  return entries.filter((entry) => entry.seq === null || entry.seq > storedSeq);
}

/**
 * After a reconnect: everything that is not stored and has not failed.
 * @param {Unsent[]} entries
 */
export function toSendAgain(entries) {
  return entries.filter((entry) => entry.state !== "failed");
}

/**
 * Sent, and without an answer for too long.
 * @param {Unsent[]} entries
 * @param {number} nowMs
 */
export function overdue(entries, nowMs) {
  return entries.filter(
    (entry) => entry.state === "sending" && entry.tried_ms !== null && nowMs - entry.tried_ms >= ACK_WAIT_MS,
  );
}
