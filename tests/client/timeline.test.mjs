import assert from "node:assert/strict";
import { test } from "node:test";
import { timeline } from "../../static/js/models/timeline.js";
import { acknowledged, add, failed } from "../../static/js/models/unsent.js";

const message = (seq, sender_id, sent_at = "2026-01-01T12:00:00.000Z") => ({
  seq, prev_seq: seq - 1, id: `id-${seq}`, client_id: `c${seq}`, room_id: "room", sender_id, text: `t${seq}`, sent_at,
});
const rows = (messages, unsent = [], peerReadSeq = 0) => timeline(messages, unsent, { me: "me", peerReadSeq });

test("a message on its way comes last, and is shown once when it has arrived", () => {
  const unsent = add([], { client_id: "c2", text: "t2" }, Date.parse("2026-01-01T12:01:00.000Z"));
  const before = rows([message(1, "peer")], unsent);
  assert.deepEqual(before.map((row) => row.state), ["received", "sending"]);
  const after = rows([message(1, "peer"), message(2, "me")], acknowledged(unsent, "c2", 2));
  assert.deepEqual(after.map((row) => row.state), ["received", "sent"]);
});

test("what could not be sent stays where it was written, and takes no day out of its order", () => {
  const unsent = failed(add(add([], { client_id: "f", text: "bad" }, Date.parse("2026-01-02T12:00:30.000Z")),
    { client_id: "s", text: "on its way" }, Date.parse("2026-01-01T10:00:00.000Z")), "f", "Too long.");
  const shown = rows([
    message(1, "me", "2026-01-02T12:00:00.000Z"), message(2, "peer", "2026-01-03T12:00:00.000Z"), message(3, "me", "2026-01-03T12:00:10.000Z"),
  ], unsent);
  assert.deepEqual(shown.map(({ text }) => text), ["t1", "bad", "t2", "t3", "on its way"], "a clock that is wrong puts nothing back that is on its way");
  assert.deepEqual(shown.slice(0, 4).map((row) => row.startsDay), [true, false, true, false]);
});

test("a peer's message with the same client_id does not hide mine", () => {
  const unsent = add([], { client_id: "c1", text: "mine" }, 0);
  assert.equal(rows([message(1, "peer")], unsent).length, 2);
});

test("messages of one person within some minutes are one group", () => {
  const shown = rows([
    message(1, "peer"), message(2, "peer", "2026-01-01T12:01:00.000Z"), message(3, "peer", "2026-01-01T12:20:00.000Z"),
    message(4, "me", "2026-01-01T12:20:01.000Z"),
  ]);
  assert.deepEqual(shown.map((row) => row.startsGroup), [true, false, true, true]);
  assert.deepEqual(shown.map((row) => row.endsGroup), [false, true, true, true]);
});

test("the first message of each day starts it", () => {
  const shown = rows([message(1, "peer", "2026-01-01T12:00:00.000Z"), message(2, "peer", "2026-01-03T12:00:00.000Z")]);
  assert.deepEqual(shown.map((row) => row.startsDay), [true, true]);
});

test("the receipt is on the newest message read and on the newest of all, on mine alone", () => {
  const messages = [message(1, "me"), message(2, "me"), message(3, "peer"), message(4, "me"), message(5, "peer")];
  assert.deepEqual(rows(messages, [], 3).map((row) => row.receipt), [null, "seen", null, "sent", null]);
  assert.deepEqual(rows(messages, [], 5).map((row) => row.receipt), [null, null, null, "seen", null]);
});
