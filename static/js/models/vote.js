/**
 * Answers that were given to the question at the end, and that the server is not known to have.
 *
 * @typedef {import("../types.js").Vote} Vote
 * @typedef {{response: Vote, failed: boolean}} Given `failed`: a try to save it has got nowhere
 * @typedef {Readonly<Record<string, Given>>} Votes by room
 */
import { passes } from "./unsent.js";

/** Refusals that only say that the room has moved on: its status is the answer. */
const MOVED_ON = new Set([
  "room_ended", "room_kept", "already_voted", "countdown_not_started", "not_in_notification", "extension_limit",
]);

/**
 * @param {Votes} votes
 * @param {string} roomId
 * @param {Given|null} given null: none, or it is saved, or it comes too late
 * @returns {Votes}
 */
export function withVote(votes, roomId, given) {
  const { [roomId]: _, ...others } = votes;
  return given === null ? others : { ...others, [roomId]: given };
}

/**
 * How an answer is doing. Without a connection it is not on its way, even while its request waits for one.
 * @param {Given|undefined} given
 * @param {boolean} isLost the connection is
 * @returns {"none"|"sending"|"unsaved"}
 */
export function progressOf(given, isLost) {
  if (given === undefined) return "none";
  return given.failed || isLost ? "unsaved" : "sending";
}

/**
 * Whether a status of the room leaves nothing to be saved: it has an answer already, or takes none any more.
 * @param {import("../types.js").Status} status
 */
export function isSettled({ my_response, state }) {
  return my_response !== null || state === "kept" || state === "ended";
}

/**
 * What a refused answer means: `again` it is sent later, `moved_on` the room's status says it, `refused` for good.
 * @param {{status: number, code: string}} problem
 * @returns {"again"|"moved_on"|"refused"}
 */
export function meaningOf({ status, code }) {
  if (MOVED_ON.has(code)) return "moved_on";
  return status === 0 || status >= 500 || passes(code) ? "again" : "refused";
}
