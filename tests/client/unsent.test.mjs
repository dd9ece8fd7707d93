import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACK_WAIT_MS, acknowledged, add, dropStored, failed, giveUp, overdue, retried, toSendAgain, tried,
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
