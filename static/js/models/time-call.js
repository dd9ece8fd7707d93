import { formatDuration, t } from "./language.js";
import { isRunning } from "./room.js";

/**
 * When the time left is called out for those who do not see the clock: as a phase begins, and at these marks.
 */
const MARKS_MS = [300_000, 60_000, 30_000, 10_000];

/**
 * @typedef {object} Reading of the clock
 * @property {string} phase
 * @property {number} leftMs
 */

/**
 * What to call out now; null: nothing. Of several marks that have passed since, the last one counts.
 * @param {Reading|null} before null where nothing was running
 * @param {Reading} now
 * @returns {number|null} the time left, in milliseconds
 */
export function timeToCall(before, now) {
  if (now.leftMs <= 0) return null;
  if (before === null || before.phase !== now.phase) return roundedUp(now.leftMs);
  const passed = MARKS_MS.filter((mark) => before.leftMs > mark && now.leftMs <= mark);
  return passed.length > 0 ? Math.min(...passed) : null;
}

/** As the clock shows it. @param {number} ms */
function roundedUp(ms) {
  return Math.ceil(ms / 1000) * 1000;
}

/**
 * @param {import("../types.js").Phase} phase
 * @param {number} leftMs
 */
export function timeCallWords(phase, leftMs) {
  if (!isRunning({ state: phase })) return "";
  return t(phase === "notification" ? "chat.call_decide" : "chat.call_left", { time: formatDuration(leftMs) });
}
