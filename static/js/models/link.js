/**
 * How a connection is doing.
 *
 * @typedef {"connecting"|"online"|"offline"|"closed"} LinkState
 * @typedef {{state: LinkState, sinceMs: number}} Link  `sinceMs`: local time since which it is up, or since which it is not
 */

/** Short losses are nobody's business. */
const SHOWN_AFTER_MS = 5_000;

/**
 * @param {Link|null} link
 * @param {LinkState} state
 * @param {number} nowMs
 * @returns {Link}
 */
export function nextLink(link, state, nowMs) {
  const stillTrying = link !== null && isTrying(link) && isTrying({ state, sinceMs: nowMs });
  return { state, sinceMs: stillTrying ? link.sinceMs : nowMs };
}

/** @param {Link} link */
function isTrying({ state }) {
  return state === "connecting" || state === "offline";
}

/**
 * True if the loss has lasted long enough to be worth a word.
 * @param {Link|null} link
 * @param {number} nowMs
 */
export function isLost(link, nowMs) {
  return link !== null && isTrying(link) && nowMs - link.sinceMs > SHOWN_AFTER_MS;
}
