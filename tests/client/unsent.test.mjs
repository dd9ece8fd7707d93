import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACK_WAIT_MS, acknowledged, add, dropStored, failed, heldElsewhere, keptForm, lined, lost, outlook, overdue, passes, putOff, retried, rewound, sameKept,
  takenUp, toSendAgain, tried, unsettled, without, unplaced,
} from "../../static/js/models/unsent.js";

const two = () => add(add([], { client_id: "a", text: "first" }, 1_000), { client_id: "b", text: "second" }, 2_000);
const ids = (entries) => entries.map((entry) => entry.client_id);

test("a message is kept until the database has it, not only until it is acknowledged", () => {
  let entries = acknowledged(two(), "a", 7);
  assert.equal(entries[0].state, "sent");
  assert.deepEqual(ids(toSendAgain(entries)), ["a", "b"]);
  entries = dropStored(entries, 6);
  assert.deepEqual(ids(entries), ["a", "b"]);
  entries = dropStored(entries, 7);
  assert.deepEqual(ids(entries), ["b"]);
});

test("what was never acknowledged is never dropped as stored", () => {
  assert.deepEqual(ids(dropStored(two(), 1_000_000)), ["a", "b"]);
});

test("a refused message waits for the person, and not for the reconnect", () => {
  const entries = failed(two(), "a", "Too long.");
  assert.deepEqual(ids(toSendAgain(entries)), ["b"]);
  assert.equal(entries[0].problem, "Too long.");
  assert.equal(retried(entries, "a")[0].state, "sending");
  assert.equal(retried(entries, "a")[0].client_id, "a");
});

test("an acknowledgement is never taken back", () => {
  const entries = failed(acknowledged(two(), "a", 7), "a", "The chat had ended.");
  assert.equal(entries[0].state, "sent");
});

test("a clock that is set back keeps no message waiting", () => {
  const entries = tried(two(), "a", 10_000_000);
  assert.deepEqual(ids(overdue(entries, 10_000_001)), []);
  assert.deepEqual(ids(overdue(entries, 10_000)), ["a"]);
});

test("a message without an answer goes out again after a while", () => {
  const entries = tried(two(), "a", 10_000);
  assert.deepEqual(ids(overdue(entries, 10_000 + ACK_WAIT_MS - 1)), []);
  assert.deepEqual(ids(overdue(entries, 10_000 + ACK_WAIT_MS)), ["a"]);
  assert.deepEqual(overdue(acknowledged(entries, "a", 3), 99_000), []);
});

test("what the server cannot take now stays on its way, and only a refusal that will not change fails it", () => {
  for (const code of ["unavailable", "contended", "rate_limited"]) assert.ok(passes(code), code);
  for (const code of ["room_ended", "validation_failed", "internal_error"]) assert.ok(!passes(code), code);
  const entries = putOff(tried(two(), "a", 10_000), "a", 10_100, 0.5);
  assert.deepEqual([entries[0].state, entries[0].problem], ["sending", null]);
  assert.deepEqual(ids(toSendAgain(entries)), ["a", "b"], "a new connection does not wait");
  assert.deepEqual(ids(overdue(entries, 10_599)), []);
  assert.deepEqual(ids(overdue(entries, 10_600)), ["a"]);
  assert.notEqual(entries[0].tried_ms, null, "it goes out as one that was sent before");
});

test("the pause before the next try doubles up to ten seconds, and an answer ends the row", () => {
  let entries = two();
  const pauses = [1, 2, 3, 4, 5, 6].map(() => {
    entries = putOff(tried(entries, "a", 0), "a", 0, 0.5);
    return entries[0].again_ms;
  });
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  entries = acknowledged(entries, "a", 7);
  assert.deepEqual(overdue(entries, 99_000), []);
  assert.equal(entries[0].refusals, 0);
  assert.deepEqual(putOff(entries, "a", 0, 0.5), entries, "an acknowledgement is never taken back");
});

test("what was put off goes out one after the other and in its order, and what is written meanwhile goes behind it", () => {
  let entries = tried(tried(two(), "a", 10_000), "b", 10_000);
  entries = putOff(putOff(entries, "a", 10_100, 0.9), "b", 10_100, 0.1);
  entries = add(entries, { client_id: "c", text: "third" }, 10_200);
  assert.deepEqual(ids(overdue(entries, 10_999)), [], "the first of them is not due");
  assert.deepEqual(ids(overdue(entries, 11_000)), ["a"]);
  entries = tried(entries, "a", 11_000);
  assert.deepEqual(ids(overdue(entries, 11_001)), [], "the first has no answer yet");
  assert.ok(add(entries, { client_id: "d", text: "fourth" }, 11_001)[3].put_off, "and may be refused again");
  entries = putOff(entries, "a", 11_100, 0.5);
  assert.deepEqual(ids(overdue(entries, 12_099)), [], "it was: nothing overtakes it");
  entries = acknowledged(tried(entries, "a", 12_100), "a", 7);
  assert.deepEqual(ids(overdue(entries, 12_200)), ["b"]);
  entries = failed(tried(entries, "b", 12_200), "b", "Too long.");
  assert.deepEqual(ids(overdue(entries, 12_300)), ["c"], "what cannot be taken holds nobody up");
  entries = acknowledged(tried(entries, "c", 12_300), "c", 8);
  assert.ok(!add(entries, { client_id: "d", text: "fourth" }, 12_400)[3].put_off);
});

test("after a reconnect what never went out waits for what may have to be looked up", () => {
  let entries = lined(tried(two(), "a", 10_000), 11_000);
  assert.deepEqual(ids(toSendAgain(entries)), ["a"]);
  entries = putOff(tried(entries, "a", 11_000), "a", 11_100, 0.5);
  assert.deepEqual(ids(overdue(entries, 11_200)), []);
  entries = acknowledged(tried(entries, "a", 11_700), "a", 7);
  assert.deepEqual(ids(overdue(entries, 11_800)), ["b"]);
  assert.deepEqual(ids(toSendAgain(lined(two(), 11_000))), ["a", "b"], "where nothing went out, all of it does");
});

test("when the room ends, nothing is given up: what is acknowledged waits to be stored, the server is asked about the rest", () => {
  const entries = failed(acknowledged(add(two(), { client_id: "c", text: "third" }, 3_000), "a", 7), "c", "Too long.");
  assert.deepEqual(ids(unsettled(entries)), ["b"]);
  assert.deepEqual(ids(unsettled(takenUp([], entries.map(keptForm)))), ["a", "b"], "an acknowledgement does not outlive the page");
  assert.deepEqual(ids(dropStored(acknowledged(entries, "b", 8), 7)), ["b", "c"]);
});

test("what the server does not have when the room has ended is shown as failed, acknowledged or not", () => {
  const entries = lost(lost(acknowledged(two(), "a", 7), "a", "The chat had ended."), "b", "The chat had ended.");
  assert.deepEqual(entries.map(({ state, seq }) => [state, seq]), [["failed", null], ["failed", null]]);
  assert.deepEqual(ids(dropStored(entries, 1_000)), ["a", "b"]);
});

test("what was acknowledged and is not stored is sent again when the stream has lost its end, whatever is stored by then", () => {
  const entries = rewound(acknowledged(two(), "a", 7));
  assert.deepEqual(ids(toSendAgain(entries)), ["a", "b"]);
  assert.deepEqual(ids(dropStored(entries, 1_000_000)), ["a", "b"], "7 is another message's sequence now");
  assert.equal(rewound(failed(two(), "a", "Too long."))[0].state, "failed", "a refusal stands");
});

test("what was acknowledged and is not stored goes out again after each reconnect, as its sequence may be another message's by then", () => {
  const entries = unplaced(failed(acknowledged(two(), "a", 7), "b", "Too long."));
  assert.deepEqual(ids(toSendAgain(entries)), ["a"]);
  assert.deepEqual(ids(dropStored(entries, 1_000_000)), ["a", "b"]);
  assert.deepEqual([outlook(unplaced(acknowledged(acknowledged(two(), "a", 7), "b", 8))), entries[1].state], [null, "failed"]);
  assert.deepEqual(ids(dropStored(acknowledged(entries, "a", 9), 9)), ["b"], "acknowledged anew and stored");
});

test("what another page has left behind is taken up once, in its order, and marked as sent before", () => {
  const left = two().map(keptForm);
  const here = add([], { client_id: "c", text: "third" }, 1_500);
  const entries = takenUp(takenUp(here, left), left);
  assert.deepEqual(ids(entries), ["a", "c", "b"]);
  assert.deepEqual(entries.map(({ tried_ms }) => tried_ms !== null), [true, false, true]);
  assert.deepEqual(ids(toSendAgain(takenUp([], failed(two(), "a", "Too long.").map(keptForm)))), ["b"]);
});

test("an acknowledgement does not outlive the page: only the server can tell whether it still stands", () => {
  const [entry] = takenUp([], acknowledged(two(), "a", 7).map(keptForm));
  assert.deepEqual([entry.seq, entry.state], [null, "sending"]);
});

test("what was acknowledged before the page was loaded anew goes out again, and nobody is told that it is not sent", () => {
  const both = takenUp([], acknowledged(acknowledged(two(), "a", 7), "b", 8).map(keptForm));
  assert.deepEqual([ids(unsettled(both)), outlook(both)], [["a", "b"], null]);
  assert.equal(outlook(takenUp([], acknowledged(two(), "a", 7).map(keptForm))), "sending", "of the other one they are");
  assert.equal(outlook(lost(both, "a", "The chat had ended.")), "failed");
  assert.equal(outlook(retried(lost(both, "a", "The chat had ended."), "a")), "sending");
  assert.equal(outlook(rewound(both)), "sending", "the stream has lost its end");
});

test("only what outlives the page is written again", () => {
  const [entry] = two();
  assert.ok(sameKept(entry, putOff(tried([entry], "a", 9_000), "a", 9_100, 0.5)[0]));
  assert.ok(!sameKept(entry, acknowledged([entry], "a", 7)[0]));
  assert.ok(!sameKept(entry, failed([entry], "a", "Too long.")[0]));
  assert.ok(!sameKept(undefined, entry));
});

test("what is given up is gone, and nothing else", () => {
  assert.deepEqual(ids(without(failed(two(), "a", "Too long."), "a")), ["b"]);
});

test("the list says what becomes of messages in rooms that are not on screen", () => {
  assert.equal(outlook([]), null);
  assert.equal(outlook(two()), "sending");
  assert.equal(outlook(acknowledged(acknowledged(two(), "a", 7), "b", 8)), null, "what is acknowledged is sent");
  assert.equal(outlook(failed(two(), "b", "Too long.")), "failed");
});

test("what is acknowledged where nobody says what is stored is kept for as long as the stream remembers", () => {
  const days = (n) => n * 24 * 3_600_000;
  // Written offline long before: it counts from the acknowledgement.
  const acked = heldElsewhere(acknowledged(two(), "a", 7), days(9));
  assert.deepEqual(ids(acked), ["a", "b"]);
  const again = takenUp([], acked.map(keptForm));
  assert.deepEqual(ids(toSendAgain(again)), ["a", "b"], "it goes out again with each connection");
  const later = (ms) => ids(heldElsewhere(acknowledged(again, "a", 7), ms));
  assert.deepEqual(later(days(16) - 1), ["a", "b"], "since the first acknowledgement");
  assert.deepEqual(later(days(16)), ["b"], "and what is not, for as long as it takes");
  assert.deepEqual(rewound(acked).map(({ acked_ms }) => acked_ms), [null, null], "what may be lost is acknowledged anew");
});
