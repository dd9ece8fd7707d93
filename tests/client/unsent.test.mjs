import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACK_WAIT_MS, acknowledged, add, dropStored, failed, giveUp, keptForm, overdue, retried, rewound, sameKept, takenUp,
  toSendAgain, tried,
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

test("a message without an answer goes out again after a while", () => {
  const entries = tried(two(), "a", 10_000);
  assert.deepEqual(ids(overdue(entries, 10_000 + ACK_WAIT_MS - 1)), []);
  assert.deepEqual(ids(overdue(entries, 10_000 + ACK_WAIT_MS)), ["a"]);
  assert.deepEqual(overdue(acknowledged(entries, "a", 3), 99_000), []);
});

test("when the room ends, what is not acknowledged has failed and the rest is the server's", () => {
  const entries = giveUp(acknowledged(two(), "a", 7), "The chat had ended.");
  assert.deepEqual(ids(entries), ["b"]);
  assert.equal(entries[0].state, "failed");
});

test("what was acknowledged and is not stored is sent again when the stream has lost its end, whatever is stored by then", () => {
  const entries = rewound(acknowledged(two(), "a", 7));
  assert.deepEqual(ids(toSendAgain(entries)), ["a", "b"]);
  assert.deepEqual(ids(dropStored(entries, 1_000_000)), ["a", "b"], "7 is another message's sequence now");
  assert.equal(rewound(failed(two(), "a", "Too long."))[0].state, "failed", "a refusal stands");
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

test("only what outlives the page is written again", () => {
  const [entry] = two();
  assert.ok(sameKept(entry, tried(acknowledged([entry], "a", 7), "a", 9_000)[0]));
  assert.ok(!sameKept(entry, failed([entry], "a", "Too long.")[0]));
  assert.ok(!sameKept(undefined, entry));
});
