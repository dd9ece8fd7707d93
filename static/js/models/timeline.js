/**
 * What the message log shows, row by row: known messages, then those on their way. What could not be sent stays where it was written.
 *
 * @typedef {import("../types.js").Message} Message
 * @typedef {import("./unsent.js").Unsent} Unsent
 * @typedef {object} Row
 * @property {Message|Unsent} source what it shows
 * @property {string} key
 * @property {number|null} seq
 * @property {string|null} clientId
 * @property {string} text
 * @property {import("../types.js").Attachment[]} attachments
 * @property {Date} at
 * @property {string} day which day that is, for comparison
 * @property {boolean} mine
 * @property {"sending"|"sent"|"failed"|"received"} state
 * @property {string|null} problem
 * @property {boolean} startsDay the first of its day
 * @property {boolean} startsGroup another sender than the row above, or some minutes later
 * @property {boolean} endsGroup the last of its group: where the time is shown
 * @property {"sent"|"seen"|null} receipt on the newest that the other has read, and on the newest of all
 */

const GROUP_WITHIN_MS = 3 * 60_000;

/**
 * @param {Message[]} messages
 * @param {Unsent[]} unsent
 * @param {{me: string, peerReadSeq: number}} readers
 * @returns {Row[]}
 */
export function timeline(messages, unsent, { me, peerReadSeq }) {
  const known = new Set(messages.filter((message) => message.sender_id === me).map((message) => message.client_id));
  const [failed, open] = parted(unsent.filter((entry) => !known.has(entry.client_id)));
  const rows = [...failed.reduce(placed, messages.map((message) => rowOfMessage(message, me))), ...open.map(rowOfUnsent)];
  const sent = rows.filter((row) => row.mine && row.seq !== null);
  const newest = sent.at(-1);
  const seen = sent.findLast((row) => Number(row.seq) <= peerReadSeq);
  return rows.map((row, index) => ({
    ...row,
    startsDay: index === 0 || rows[index - 1].day !== row.day,
    startsGroup: !together(rows[index - 1], row),
    endsGroup: !together(row, rows[index + 1]),
    receipt: row === seen ? "seen" : row === newest ? "sent" : null,
  }));
}

/** @param {Unsent[]} entries @returns {[Unsent[], Unsent[]]} those that have failed, and the others */
function parted(entries) {
  return [entries.filter(({ state }) => state === "failed"), entries.filter(({ state }) => state !== "failed")];
}

/** @param {Row[]} rows @param {Unsent} entry @returns {Row[]} */
function placed(rows, entry) {
  const row = rowOfUnsent(entry);
  const at = rows.findLastIndex((known) => known.at <= row.at) + 1;
  return [...rows.slice(0, at), row, ...rows.slice(at)];
}

const UNPLACED = { startsDay: false, startsGroup: false, endsGroup: false, receipt: null };

/** @param {Message} message @param {string} me @returns {Row} */
function rowOfMessage(message, me) {
  const mine = message.sender_id === me;
  const at = new Date(message.sent_at);
  return {
    ...UNPLACED,
    source: message,
    key: message.id,
    seq: message.seq,
    clientId: mine ? message.client_id : null,
    text: message.text,
    attachments: message.attachments ?? [],
    at,
    day: at.toDateString(),
    mine,
    state: mine ? "sent" : "received",
    problem: null,
  };
}

/** @param {Unsent} entry @returns {Row} */
function rowOfUnsent(entry) {
  const at = new Date(entry.created_ms);
  return {
    ...UNPLACED,
    source: entry,
    key: entry.client_id,
    seq: null,
    clientId: entry.client_id,
    text: entry.text,
    attachments: entry.attachments,
    at,
    day: at.toDateString(),
    mine: true,
    state: entry.state,
    problem: entry.problem,
  };
}

/** @param {Row|undefined} above @param {Row|undefined} below */
function together(above, below) {
  if (!above || !below) return false;
  return (
    above.mine === below.mine &&
    above.day === below.day &&
    below.at.getTime() - above.at.getTime() < GROUP_WITHIN_MS
  );
}
