import { retryDelayMs } from "./reconnect.js";

/**
 * What the user has sent and the database does not have yet. An entry stays until the server says `stored`, and is sent
 * again with the same `client_id` after a reconnect, so nothing is lost and nothing appears twice.
 *
 * @typedef {object} Unsent
 * @property {string} client_id
 * @property {string} text
 * @property {import("../types.js").Attachment[]} attachments files that the server has already
 * @property {number} created_ms
 * @property {number|null} tried_ms when it last went out; null if it never did
 * @property {number|null} again_ms when it goes out again, unless the server answers
 * @property {boolean} put_off it waits: the server could not take it the last time, or what is ahead of it is not through
 * @property {boolean} resent it is not the first time that it goes out
 * @property {number} refusals how often in a row it could not
 * @property {"sending"|"sent"|"failed"} state `sent`: acknowledged, and not stored yet
 * @property {number|null} seq
 * @property {boolean} acked it has been acknowledged, here or in another page: as far as anybody knows it is sent
 * @property {number|null} acked_ms since when that is so, in a room that is not on screen
 * @property {string|null} problem why it failed, for the reader
 *
 * @typedef {Pick<Unsent, "client_id"|"text"|"attachments"|"created_ms"|"problem"|"acked"|"acked_ms">} Kept what outlives the page; a problem: it has failed
 */

/** How long an acknowledgement may take before the message goes out again, in milliseconds. */
export const ACK_WAIT_MS = 8_000;
/** Nothing waits for longer: what is to wait longer was put off before the clock was set back. */
const LONGEST_WAIT_MS = 10_000;
/** The stream has forgotten what was acknowledged so long ago: until then an older copy of it may come back without it. */
const REMEMBERED_MS = 7 * 24 * 60 * 60_000;

/** What the server says where it cannot take a message now: the same message may be taken later. */
const PASSING = new Set(["unavailable", "contended", "rate_limited"]);

/** Whether sending again later may help, without anybody doing anything. @param {string} code */
export function passes(code) {
  return PASSING.has(code);
}

/** Nothing is to be done for it by itself. */
const ANSWERED = { again_ms: null, put_off: false, resent: false, refusals: 0 };
const NEVER_TRIED = { ...ANSWERED, tried_ms: null };

/**
 * It goes out at once, or after those that the server may still refuse, so that they stay in their order.
 * @param {Unsent[]} entries
 * @param {{client_id: string, text: string, attachments?: import("../types.js").Attachment[]}} message
 * @param {number} nowMs
 * @returns {Unsent[]}
 */
export function add(entries, { client_id, text, attachments = [] }, nowMs) {
  const place = entries.some(isHeldUp) ? { ...NEVER_TRIED, again_ms: nowMs, put_off: true } : NEVER_TRIED;
  return [...entries, { client_id, text, attachments, created_ms: nowMs, ...place, state: "sending", seq: null, acked: false, acked_ms: null, problem: null }];
}

/** Whether the server may refuse it and take one that it has not seen before: of this one it asks the database. @param {Unsent} entry */
function isHeldUp({ state, put_off, resent }) {
  return state === "sending" && (put_off || resent);
}

/**
 * Before everything goes out again: what never went out waits for what did.
 * @param {Unsent[]} entries
 * @param {number} nowMs
 * @returns {Unsent[]}
 */
export function lined(entries, nowMs) {
  const first = entries.findIndex(({ state, tried_ms }) => state === "sending" && tried_ms !== null);
  /** @param {Unsent} entry @param {number} place */
  const waits = ({ state, tried_ms }, place) => state === "sending" && tried_ms === null && first !== -1 && place > first;
  return entries.map((entry, place) => (waits(entry, place) ? { ...entry, again_ms: nowMs, put_off: true } : entry));
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

/**
 * What of an entry outlives the page. That it was acknowledged does, and what the acknowledgement stands for does not: the
 * server may have lost it, so it goes out again, and nobody is told that it is not sent.
 * @param {Unsent} entry
 * @returns {Kept}
 */
export function keptForm({ client_id, text, attachments = [], created_ms, problem, acked = false, acked_ms = null }) {
  return { client_id, text, attachments, created_ms, problem, acked, acked_ms };
}

/** @param {Unsent|undefined} before @param {Unsent} after */
export function sameKept(before, after) {
  return before !== undefined && before.problem === after.problem && before.acked === after.acked && before.acked_ms === after.acked_ms;
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
    ...keptForm(/** @type {Unsent} */ (entry)), ...NEVER_TRIED, tried_ms: 0, again_ms: 0, state: stateOf(entry.problem), seq: null,
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
  return entries.map((entry) => ({ ...entry, state: stateOf(entry.problem), seq: null, acked: false, acked_ms: null }));
}

/**
 * After a reconnect to the same stream, as far as anybody knows: what is not stored is acknowledged anew, since a copy of the
 * stream that lacks it may have given its sequence to another message. It still counts as sent.
 * @param {Unsent[]} entries
 * @returns {Unsent[]}
 */
export function unplaced(entries) {
  return entries.map((entry) => (entry.seq === null ? entry : { ...entry, ...ANSWERED, state: "sending", seq: null }));
}

/** @param {Unsent[]} entries @param {string} clientId @param {number} nowMs */
export function tried(entries, clientId, nowMs) {
  return entries.map((entry) => {
    if (entry.client_id !== clientId) return entry;
    return { ...entry, tried_ms: nowMs, again_ms: nowMs + ACK_WAIT_MS, put_off: false, resent: entry.tried_ms !== null };
  });
}

/**
 * The server cannot take it now. It may have it all the same, so it stays on its way and goes out again later.
 * @param {Unsent[]} entries
 * @param {string} clientId
 * @param {number} nowMs
 * @param {number} random in [0, 1)
 * @returns {Unsent[]}
 */
export function putOff(entries, clientId, nowMs, random) {
  return entries.map((entry) => {
    if (entry.client_id !== clientId || entry.state !== "sending") return entry;
    const refusals = entry.refusals + 1;
    return { ...entry, refusals, put_off: true, again_ms: nowMs + retryDelayMs(refusals, random) };
  });
}

/** @param {Unsent[]} entries @param {string} clientId @param {number} seq */
export function acknowledged(entries, clientId, seq) {
  return change(entries, clientId, { ...ANSWERED, state: "sent", seq, acked: true, problem: null });
}

/** @param {Unsent[]} entries @param {string} clientId @param {string} problem @returns {Unsent[]} */
export function failed(entries, clientId, problem) {
  return entries.map((entry) =>
    // An ack is never taken back.
    entry.client_id === clientId && entry.seq === null ? asFailed(entry, problem) : entry,
  );
}

/**
 * Of its files, the server does not have these any more. Which they are is known as long as the message is.
 * @param {Unsent[]} entries
 * @param {string} clientId
 * @param {string[]} fileIds
 */
export function withGone(entries, clientId, fileIds) {
  return entries.map((entry) => {
    if (entry.client_id !== clientId) return entry;
    const attachments = entry.attachments.map((file) => (fileIds.includes(file.id) ? { ...file, gone: true } : file));
    return { ...entry, attachments };
  });
}

/** @param {Unsent[]} entries @param {string} clientId */
export function retried(entries, clientId) {
  return change(entries, clientId, { ...ANSWERED, state: "sending", problem: null });
}

/**
 * Where nothing can be sent any more, the room having ended: what nobody knows the fate of. The server tells it of each by
 * its `client_id`; until then it stays.
 * @param {Unsent[]} entries
 */
export function unsettled(entries) {
  return entries.filter((entry) => entry.state === "sending");
}

/**
 * The server has no such message, and takes none any more.
 * @param {Unsent[]} entries
 * @param {string} clientId
 * @param {string} problem
 * @param {string[]} [gone] those of its files that the server does not have any more
 * @returns {Unsent[]}
 */
export function lost(entries, clientId, problem, gone = []) {
  return withGone(entries, clientId, gone).map((entry) => (entry.client_id === clientId ? { ...asFailed(entry, problem), seq: null } : entry));
}

/** @param {Unsent} entry @param {string} problem @returns {Unsent} */
function asFailed(entry, problem) {
  return { ...entry, state: "failed", acked: false, acked_ms: null, problem };
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
 * After a reconnect: everything that is not stored and has not failed, but for what waits for something ahead of it.
 * @param {Unsent[]} entries
 */
export function toSendAgain(entries) {
  return entries.filter(({ state, put_off, tried_ms }) => state !== "failed" && !(put_off && tried_ms === null));
}

/**
 * What goes out again now: sent and without an answer for too long, and the first that was put off, once it is due and
 * nothing ahead of it is without an answer. One at a time, as each may be refused where the next would be taken.
 * @param {Unsent[]} entries
 * @param {number} nowMs
 */
export function overdue(entries, nowMs) {
  const open = entries.filter(({ state }) => state === "sending");
  const due = open.filter(({ again_ms }) => again_ms !== null && (again_ms <= nowMs || again_ms > nowMs + LONGEST_WAIT_MS));
  return due.filter((entry) => !entry.put_off || entry === open[0]);
}

/** @param {Unsent[]} entries @param {string} clientId */
export function without(entries, clientId) {
  return entries.filter(({ client_id }) => client_id !== clientId);
}

/**
 * Where nobody says what is stored, the room not being on screen: what is acknowledged is kept, and goes out again with each
 * connection, for as long as the stream remembers. Sent again it is the same message.
 * @param {Unsent[]} entries
 * @param {number} nowMs
 */
export function heldElsewhere(entries, nowMs) {
  const since = entries.map((entry) => (entry.state === "sent" ? { ...entry, acked_ms: entry.acked_ms ?? nowMs } : entry));
  return since.filter(({ state, acked_ms }) => state !== "sent" || nowMs - (acked_ms ?? nowMs) < REMEMBERED_MS);
}

/** What a person is told of a room's messages that they do not see; null: nothing. @param {Unsent[]} entries @returns {"failed"|"sending"|null} */
export function outlook(entries) {
  if (entries.some(({ state }) => state === "failed")) return "failed";
  return unsettled(entries).some(({ acked }) => !acked) ? "sending" : null;
}
