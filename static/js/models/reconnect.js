/** When and whether a lost socket is opened again. */

const FIRST_TRY_WITHIN_MS = 300;
const BASE_MS = 500;
const CAP_MS = 10_000;

/**
 * Exponential backoff with full jitter: a first try almost at once, then anywhere below a doubling ceiling.
 * @param {number} attempt 0 for the first try after a loss
 * @param {number} random in [0, 1)
 * @returns {number} milliseconds
 */
export function retryDelayMs(attempt, random) {
  if (attempt === 0) return random * FIRST_TRY_WITHIN_MS;
  return random * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/**
 * What a close code asks for.
 * @param {number} code
 * @returns {"retry"|"refresh"|"later"|"stop"} `later`: not at once, the server asked for room
 */
export function afterClose(code) {
  if (code === 4001) return "refresh";
  if (code === 4008 || code === 4029 || code === 1013) return "later";
  return code >= 4000 ? "stop" : "retry";
}
