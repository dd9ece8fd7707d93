/**
 * Countdown maths. The server says once when a phase ends; the client counts down by itself, on the server's clock.
 *
 * @typedef {import("../types.js").Status} Status
 * @typedef {{samples: number[]}} ServerClock  recent readings of (server time − local time), in milliseconds
 */

const SAMPLES_KEPT = 8;
/** A reading this far from the estimate means that the local clock was set, not that the network was slow. */
const CLOCK_WAS_SET_MS = 5_000;

/** Nominal phase lengths: the ring's full circle when the start of the phase was not seen. */
const NOMINAL_PHASE_MS = { countdown: 300_000, notification: 30_000 };

/** @returns {ServerClock} a clock that has heard nothing yet and agrees with the local one */
export function unsetClock() {
  return { samples: [] };
}

/**
 * Takes one reading of the server's clock.
 * @param {ServerClock} clock
 * @param {string} serverTime RFC 3339
 * @param {number} localMs when it was received
 * @returns {ServerClock}
 */
export function hearServerTime(clock, serverTime, localMs) {
  const sample = Date.parse(serverTime) - localMs;
  if (Number.isNaN(sample)) return clock;
  const wasSet = clock.samples.length > 0 && Math.abs(sample - offsetMs(clock)) > CLOCK_WAS_SET_MS;
  return { samples: wasSet ? [sample] : [...clock.samples, sample].slice(-SAMPLES_KEPT) };
}

/**
 * The best estimate of server time − local time. Every reading is late by its travel time, so the largest is nearest.
 * @param {ServerClock} clock
 */
export function offsetMs(clock) {
  return clock.samples.length === 0 ? 0 : Math.max(...clock.samples);
}

/**
 * @param {ServerClock} clock
 * @param {number} localMs
 * @returns {number} the server's time, epoch milliseconds
 */
export function serverNowMs(clock, localMs) {
  return localMs + offsetMs(clock);
}

/**
 * Time left until `endsAt`, never negative; null when nothing is running.
 * @param {string|null} endsAt
 * @param {number} nowMs the server's time
 * @returns {number|null}
 */
export function remainingMs(endsAt, nowMs) {
  if (endsAt === null) return null;
  return Math.max(0, Date.parse(endsAt) - nowMs);
}

/**
 * `m:ss`, rounded up, so that 0:00 appears only when the time is over.
 * @param {number} ms
 */
export function formatRemaining(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * How long the phase lasts in all: what the ring's full circle stands for.
 * @param {Status} status
 * @param {{seenFromStart: boolean, createdAt: string|null}} known
 * @returns {number|null} null in a phase that has no end
 */
export function phaseTotalMs(status, { seenFromStart, createdAt }) {
  if (status.ends_at === null || (status.state !== "countdown" && status.state !== "notification")) return null;
  const left = remainingMs(status.ends_at, Date.parse(status.server_time)) ?? 0;
  if (seenFromStart) return left;
  const nominal = NOMINAL_PHASE_MS[status.state];
  // A room cannot have counted down for longer than it exists.
  const longest = createdAt === null ? nominal : Date.parse(status.ends_at) - Date.parse(createdAt);
  return Math.max(left, Math.min(nominal, longest));
}

/**
 * The time left as it is shown: the server's clock is heard late, and no phase begins with more than it has.
 * @param {number} leftMs
 * @param {number|null} totalMs
 */
export function shownMs(leftMs, totalMs) {
  return Math.min(leftMs, totalMs ?? leftMs);
}

/**
 * The part of the ring that is still drawn, 0 to 1.
 * @param {number} leftMs
 * @param {number|null} totalMs
 */
export function ringFraction(leftMs, totalMs) {
  if (!totalMs) return 0;
  return Math.min(1, Math.max(0, leftMs / totalMs));
}

/**
 * How long until the shown time changes, so that a redraw meets the change of the digit.
 * @param {number|null} leftMs
 */
export function untilNextDigitMs(leftMs) {
  if (leftMs === null || leftMs <= 0) return 1000;
  return (leftMs % 1000) + 10;
}
