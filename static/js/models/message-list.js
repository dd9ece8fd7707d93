/**
 * The messages of one room that this client knows: ordered, without repeats, and aware of what is missing.
 *
 * Every message names the one before it (`prev_seq`), so a hole can be seen. A message known by its ack alone has
 * `prev_seq: null` until a frame or a page of history says more.
 *
 * @typedef {import("../types.js").Message} Message
 * @typedef {object} MessageList
 * @property {Message[]} messages ascending by seq
 * @property {number[]} closedGaps sequences after which the server has nothing more to give
 */

/** @returns {MessageList} */
export function emptyList() {
  return { messages: [], closedGaps: [] };
}

/**
 * Adds a page of history, in any order, repeats allowed.
 * @param {MessageList} list
 * @param {Message[]} items
 * @returns {MessageList}
 */
export function mergeHistory(list, items) {
  return items.reduce(put, list);
}

/** The messages of the list as they are by now; adds none. @param {MessageList} list @param {Message[]} items @returns {MessageList} */
export function renewed(list, items) {
  return mergeHistory(list, items.filter(({ seq }) => list.messages.some((known) => known.seq === seq)));
}

/**
 * Adds the newest page of history to a list that is certain of nothing. What the list knows by an ack alone, and is older
 * than a page with more before it, is left to the pages before: an end of history that is none would hide them.
 * @param {MessageList} list
 * @param {Message[]} items
 * @returns {MessageList}
 */
export function mergeNewest(list, items) {
  const page = mergeHistory(emptyList(), items);
  const from = hasEarlier(page) ? page.messages[0].seq : 0;
  const messages = list.messages.filter(({ seq, prev_seq }) => prev_seq !== null || seq > from);
  return mergeHistory({ ...list, messages }, items);
}

/**
 * Adds a message that arrived live. The server sends in order, and leaves out only what this socket itself sent:
 * whatever the list knew by ack alone below the arrival is thereby known to be in its place.
 * @param {MessageList} list
 * @param {Message} message
 * @returns {MessageList}
 */
export function receive(list, message) {
  const { messages, closedGaps } = put(list, message);
  const placed = messages.map((known, index) =>
    known.prev_seq === null && known.seq < message.seq
      ? { ...known, prev_seq: index === 0 ? null : messages[index - 1].seq }
      : known,
  );
  return { messages: placed, closedGaps };
}

/**
 * Adds the user's own message once it is acknowledged. One that was sent long ago, and is older than all that is known of
 * a room with more before it, comes with the pages before.
 * @param {MessageList} list
 * @param {Omit<Message, "prev_seq">} message
 * @returns {MessageList}
 */
export function acknowledge(list, message) {
  if (hasEarlier(list) && message.seq < list.messages[0].seq) return list;
  return put(list, { ...message, prev_seq: null });
}

/**
 * @param {MessageList} list
 * @param {Message} message
 * @returns {MessageList}
 */
function put(list, message) {
  const same = list.messages.find((known) => known.seq === message.seq);
  const merged = same && message.prev_seq === null ? { ...message, prev_seq: same.prev_seq } : message;
  // The same client_id under another sequence is the same message, stored again after the stream lost its tail.
  const others = list.messages.filter(
    (known) =>
      known.seq !== message.seq &&
      !(known.client_id === message.client_id && known.sender_id === message.sender_id),
  );
  const at = others.findLastIndex((known) => known.seq < message.seq) + 1;
  return { ...list, messages: [...others.slice(0, at), merged, ...others.slice(at)] };
}

/** So many are held while their end is read; beyond that the oldest go, some at once, and are read again by whoever goes back to them. */
export const HELD_MAX = 600;
const HELD_AFTER = 500;

/**
 * Without the oldest, where there are too many: what is left says itself that there are earlier ones.
 * @param {MessageList} list
 * @param {number} [neededSeq] this one, and what follows it, is still needed
 * @returns {MessageList}
 */
export function withoutOldest(list, neededSeq = Infinity) {
  const { messages, closedGaps } = list;
  if (messages.length <= HELD_MAX || hasGap(list)) return list;
  // What is known by its ack alone does not know that there is something before it.
  const first = messages.findLastIndex(({ seq, prev_seq }, index) =>
    index <= messages.length - HELD_AFTER && prev_seq !== null && seq <= neededSeq);
  if (first < 1) return list;
  const { seq: from } = messages[first];
  return { messages: messages.slice(first), closedGaps: closedGaps.filter((seq) => seq >= from) };
}

/**
 * @param {MessageList} list
 * @returns {number} the highest sequence known, 0 where there is none
 */
export function lastSeq(list) {
  return list.messages.at(-1)?.seq ?? 0;
}

/**
 * The sequence up to which nothing is missing: where a resumed socket, or a read of history, goes on from.
 * @param {MessageList} list
 * @returns {number} 0 where nothing is certain
 */
export function resumeSeq(list) {
  let certain = 0;
  for (const [index, message] of list.messages.entries()) {
    const placed = message.prev_seq !== null && (index === 0 || message.prev_seq <= certain);
    if (!placed && !list.closedGaps.includes(certain)) break;
    certain = message.seq;
  }
  return certain;
}

/**
 * What a socket that comes back says it has, as a query: the message up to which nothing is missing, in which time of the stream.
 * @param {MessageList} list
 * @param {string} epoch
 */
export function resumeQuery(list, epoch) {
  const after = resumeSeq(list);
  const last = list.messages.find(({ seq }) => seq === after);
  return new URLSearchParams({ after: String(after), epoch, ...(last && { id: last.id }) });
}

/**
 * True if a message names a predecessor that the list does not have.
 * @param {MessageList} list
 */
export function hasGap(list) {
  return list.messages.some(
    (message, index) =>
      index > 0 &&
      message.prev_seq !== null &&
      message.prev_seq > list.messages[index - 1].seq &&
      !list.closedGaps.includes(list.messages[index - 1].seq),
  );
}

/**
 * Accepts a hole for good: the server was asked, and has nothing to fill it with.
 * @param {MessageList} list
 * @param {number} afterSeq
 * @returns {MessageList}
 */
export function closeGap(list, afterSeq) {
  return { ...list, closedGaps: [...new Set([...list.closedGaps, afterSeq])] };
}

/** The pictures of the messages, each with the sequence of its message. @param {MessageList} list */
export function picturesOf({ messages }) {
  return messages.flatMap(({ seq, attachments = [] }) =>
    attachments.filter(({ kind }) => kind === "image").map((file) => ({ file, seq })));
}

/**
 * True if the room has messages from before the first one known.
 * @param {MessageList} list
 */
export function hasEarlier(list) {
  return (list.messages[0]?.prev_seq ?? 0) > 0;
}
