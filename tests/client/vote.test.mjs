// An answer to the question at the end that does not get through.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSettled, meaningOf, progressOf, withVote } from "../../static/js/models/vote.js";

const keep = { response: "keep", failed: false };

test("an answer without a connection is not saved, and is not on its way either", () => {
  assert.equal(progressOf(undefined, true), "none");
  assert.equal(progressOf(keep, false), "sending");
  assert.equal(progressOf(keep, true), "unsaved", "its request hangs");
  assert.equal(progressOf({ ...keep, failed: true }, false), "unsaved");
});

test("an answer is sent again where the server did not get it, and never where it has said no", () => {
  for (const [status, code] of [[0, "unreachable"], [502, "http_502"], [503, "unavailable"], [409, "contended"], [429, "rate_limited"]]) {
    assert.equal(meaningOf({ status, code }), "again", code);
  }
  assert.equal(meaningOf({ status: 409, code: "already_voted" }), "moved_on");
  assert.equal(meaningOf({ status: 409, code: "room_ended" }), "moved_on");
  assert.equal(meaningOf({ status: 404, code: "room_not_found" }), "refused");
});

test("an answer is sent until the room has one, or takes none any more", () => {
  const status = (state, my_response) => ({ state, my_response });
  assert.ok(!isSettled(status("countdown", null)) && !isSettled(status("notification", null)));
  assert.ok(isSettled(status("notification", "keep")) && isSettled(status("kept", "keep")) && isSettled(status("ended", null)));
});

test("of two answers in one room the later counts, and those of other rooms stay", () => {
  const both = withVote(withVote({ other: keep }, "room", keep), "room", { response: "end", failed: false });
  assert.deepEqual(both, { other: keep, room: { response: "end", failed: false } });
  assert.deepEqual(withVote(both, "room", null), { other: keep });
});
