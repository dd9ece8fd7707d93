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
 *
 * @typedef {Pick<Unsent, "client_id"|"text"|"created_ms"|"problem">} Kept what outlives the page; a problem: it has failed
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

/** What of an entry outlives the page. An acknowledgement does not: the server may have lost what it stands for. @param {Unsent} entry @returns {Kept} */
export function keptForm({ client_id, text, created_ms, problem }) {
  return { client_id, text, created_ms, problem };
}

/** @param {Unsent|undefined} before @param {Unsent} after */
export function sameKept(before, after) {
  return before !== undefined && before.problem === after.problem;
}

/**
 * Adds what was kept by another page, or by this one before it was loaded anew. It may have been sent already, and goes
 * out again as soon as the server says hello.
 * @param {Unsent[]} entries
 * @param {Kept[]} kept
 * @returns {Unsent[]}
 */
export function takenUp(entries, kept) {
  const unknown = kept.filter(({ client_id }) => !entries.some((entry) => entry.client_id === client_id));
  const taken = unknown.map((entry) => ({
    ...keptForm(/** @type {Unsent} */ (entry)), tried_ms: 0, state: stateOf(entry.problem), seq: null,
  }));
  return [...entries, ...taken].sort((a, b) => a.created_ms - b.created_ms);
}

/** @param {string|null} problem @returns {"failed"|"sending"} */
function stateOf(problem) {
  return problem === null ? "sending" : "failed";
}

/**
 * The stream has lost its newest messages: what was acknowledged and is not stored may be among them.
 * @param {Unsent[]} entries
 * @returns {Unsent[]}
 */
export function rewound(entries) {
  return entries.map((entry) => ({ ...entry, state: stateOf(entry.problem), seq: null }));
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
