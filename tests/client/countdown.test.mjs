import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatRemaining, hearServerTime, offsetMs, phaseTotalMs, remainingMs, ringFraction, serverNowMs, shownMs,
  unsetClock, untilNextDigitMs,
} from "../../static/js/models/countdown.js";

const START_MS = Date.parse("2026-01-01T12:00:00.000Z");
const at = (ms) => new Date(START_MS + ms).toISOString();
const status = (fields) => ({
  room_id: "r", state: "countdown", ends_at: at(300_000), remaining_ms: 300_000, server_time: at(0), my_response: null,
  outcome: null, reason: null, ...fields,
});

test("a wrong local clock does not change the time that is left", () => {
  const localMs = START_MS + 3_600_000;
  const clock = hearServerTime(unsetClock(), at(0), localMs);
  assert.equal(offsetMs(clock), -3_600_000);
  assert.equal(remainingMs(at(300_000), serverNowMs(clock, localMs + 1_000)), 299_000);
});

test("the reading that travelled fastest decides", () => {
  let clock = hearServerTime(unsetClock(), at(0), START_MS + 400);
  clock = hearServerTime(clock, at(1_000), START_MS + 1_020);
  clock = hearServerTime(clock, at(2_000), START_MS + 2_900);
  assert.equal(offsetMs(clock), -20);
});

test("a local clock that is set while the page is open is believed at once", () => {
  let clock = hearServerTime(unsetClock(), at(0), START_MS);
  clock = hearServerTime(clock, at(1_000), START_MS + 61_000);
  assert.equal(offsetMs(clock), -60_000);
});

test("an unreadable server time changes nothing", () => {
  const clock = hearServerTime(unsetClock(), at(500), START_MS);
  assert.deepEqual(hearServerTime(clock, "soon", START_MS), clock);
});

test("0:00 appears only when the time is over", () => {
  assert.equal(formatRemaining(300_000), "5:00");
  assert.equal(formatRemaining(299_999), "5:00");
  assert.equal(formatRemaining(61_000), "1:01");
  assert.equal(formatRemaining(1), "0:01");
  assert.equal(formatRemaining(0), "0:00");
});

test("time left is never negative, and unknown where nothing runs", () => {
  assert.equal(remainingMs(at(0), START_MS + 5_000), 0);
  assert.equal(remainingMs(null, START_MS), null);
});

test("a phase seen from its start has its own length, whatever is configured", () => {
  const total = phaseTotalMs(status({ ends_at: at(25_000) }), { seenFromStart: true, createdAt: at(-3_000) });
  assert.equal(total, 25_000);
});

test("a page that comes in the middle takes the nominal length", () => {
  const total = phaseTotalMs(status({ ends_at: at(100_000) }), { seenFromStart: false, createdAt: at(-250_000) });
  assert.equal(total, 300_000);
});

test("no phase is taken to be longer than its room exists", () => {
  const total = phaseTotalMs(status({ ends_at: at(10_000) }), { seenFromStart: false, createdAt: at(-15_000) });
  assert.equal(total, 25_000);
});

test("phases without an end have no length", () => {
  for (const state of ["idle", "kept", "ended"]) {
    assert.equal(phaseTotalMs(status({ state, ends_at: null }), { seenFromStart: true, createdAt: null }), null);
  }
});

test("a clock never begins with more than its phase has, however late the server's time is heard", () => {
  const clock = hearServerTime(unsetClock(), at(0), START_MS + 90);
  const total = phaseTotalMs(status(), { seenFromStart: true, createdAt: null });
  const left = remainingMs(at(300_000), serverNowMs(clock, START_MS));
  assert.equal(formatRemaining(left), "5:01", "by the late clock alone");
  assert.equal(formatRemaining(shownMs(left, total)), "5:00");
  assert.equal(shownMs(4_000, total), 4_000);
  assert.equal(shownMs(4_000, null), 4_000);
});

test("the ring is full at the start, empty at the end and never beyond", () => {
  assert.equal(ringFraction(300_000, 300_000), 1);
  assert.equal(ringFraction(75_000, 300_000), 0.25);
  assert.equal(ringFraction(400_000, 300_000), 1);
  assert.equal(ringFraction(0, 300_000), 0);
  assert.equal(ringFraction(10, null), 0);
});

test("the next redraw comes just after the digit changes", () => {
  assert.equal(formatRemaining(12_345 - untilNextDigitMs(12_345)), "0:12");
  assert.equal(formatRemaining(12_345), "0:13");
  assert.equal(untilNextDigitMs(null), 1000);
  assert.equal(untilNextDigitMs(0), 1000);
});
