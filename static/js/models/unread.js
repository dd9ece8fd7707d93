/**
 * How much there is to read in a room. The server counts it, and counts overtake each other.
 *
 * @typedef {import("../types.js").Room} Room
 * @typedef {import("../types.js").Message} Message
 * @typedef {import("../types.js").Counted} Counted
 *
 * @typedef {object} Count
 * @property {number} count
 * @property {Message|null} [last_message] the newest message that was there as it was counted
 * @property {number} [read_seq] how far the person had read then; older releases do not say it
 * @property {boolean} onScreen whether the person sees the end of the room now
 */

/** @param {{last_message: Message|null}} room @param {Message|null|undefined} heard @returns {Message|null} */
export function newerMessage({ last_message: known }, heard) {
  return heard && heard.seq >= (known?.seq ?? 0) ? heard : known;
}

/**
 * A room after the server has counted what is unread. A count that is older than the known one changes it no more; and the
 * server may have counted before it heard that all of it was read here.
 * @param {Room} room
 * @param {Count} heard
 * @returns {Room}
 */
export function recounted(room, heard) {
  const [known, now] = [countedOf(room), countedAs(room, heard)];
  const isOlder = isBehind(now, known) && !isBehind(known, now);
  const [count, counted] = isOlder ? [room.unread_count, known] : [heard.count, now];
  const read_seq = Math.max(room.read_seq ?? 0, heard.read_seq ?? 0);
  const unread_count = heard.onScreen ? 0 : left(count, counted, read_seq);
  return { ...room, unread_count, counted, read_seq, last_message: newerMessage(room, heard.last_message) };
}

/**
 * Whether nobody can tell which is older, a count that is heard or the known one: each knows of something that the other does
 * not; or both were made of the same, and what is heard is less, as a message before the newest may be stored after it. The
 * server has to be asked.
 * @param {Room} room
 * @param {Count} heard
 */
export function isUnordered(room, heard) {
  const [known, now] = [countedOf(room), countedAs(room, heard)];
  const [isOlder, isNewer] = [isBehind(now, known), isBehind(known, now)];
  return isOlder === isNewer && (isOlder || heard.count < room.unread_count);
}

/**
 * The rooms, one of which is read here up to a message; the server may have counted before it heard of that.
 * @param {Room[]} rooms
 * @param {string} roomId
 * @param {number} seq
 * @returns {Room[]}
 */
export function readHere(rooms, roomId, seq) {
  return rooms.map((room) => {
    if (room.id !== roomId) return room;
    const read_seq = Math.max(room.read_seq ?? 0, seq);
    return { ...room, read_seq, unread_count: left(room.unread_count, countedOf(room), read_seq) };
  });
}

/** Of what was counted, nothing is left where more was read by now, and all of it. @param {number} count @param {Counted} counted @param {number} readSeq */
function left(count, { seq, read_seq }, readSeq) {
  return readSeq > read_seq && readSeq >= seq ? 0 : count;
}

/** @param {Room} room as it is known, or as the server has told of it the first time @returns {Counted} */
function countedOf({ counted, last_message }) {
  return counted ?? { seq: last_message?.seq ?? 0, read_seq: 0 };
}

/**
 * Without a word of how far it was read, as far as for the known count: then the messages alone decide.
 * @param {Room} room
 * @param {Count} heard
 * @returns {Counted}
 */
function countedAs(room, { last_message, read_seq = countedOf(room).read_seq }) {
  return { seq: last_message?.seq ?? 0, read_seq };
}

/** @param {Counted} one @param {Counted} other */
function isBehind(one, other) {
  return one.seq < other.seq || one.read_seq < other.read_seq;
}
