import assert from "node:assert/strict";
import { test } from "node:test";
import {
  acknowledge, emptyList, HELD_MAX, hasEarlier, hasGap, lastSeq, mergeHistory, receive, renewed, resumeSeq, withoutOldest,
} from "../../static/js/models/message-list.js";

const message = (seq, prev_seq = seq - 1, fields = {}) => ({
  seq, prev_seq, id: `id-${seq}`, client_id: `client-${seq}`, room_id: "room", sender_id: "peer", text: `text ${seq}`,
  sent_at: "2026-01-01T12:00:00.000Z", ...fields,
});
const long = (count) => ({ messages: Array.from({ length: count }, (_, index) => message(index + 1)), closedGaps: [] });

test("a list that grows at its end stays bounded, and says that there are earlier ones", () => {
  let list = emptyList();
  for (let seq = 1; seq <= 2_000; seq += 1) list = withoutOldest(receive(list, message(seq)));
  assert.ok(list.messages.length <= HELD_MAX);
  assert.equal(lastSeq(list), 2_000);
  assert.equal(resumeSeq(list), 2_000, "a socket that comes back goes on from the end");
  assert.equal(hasEarlier(list), true);
  assert.equal(hasGap(list), false);
});

test("what was dropped comes back page by page, without a hole", () => {
  const dropped = withoutOldest(long(HELD_MAX + 1));
  const first = dropped.messages[0].seq;
  const back = mergeHistory(dropped, long(first - 1).messages.slice(-50));
  assert.equal(back.messages[0].seq, first - 50);
  assert.equal(hasGap(back), false);
  assert.equal(hasEarlier(back), true);
  assert.equal(hasEarlier(mergeHistory(back, long(first - 1).messages)), false);
});

test("nothing is dropped that something on its way, a hole or a resume still needs", () => {
  const full = long(HELD_MAX + 1);
  assert.equal(withoutOldest(full, 3).messages[0].seq, 3, "acknowledged, and not stored yet");
  const holed = { ...full, messages: full.messages.filter(({ seq }) => seq !== 50).concat(message(HELD_MAX + 2)) };
  assert.equal(withoutOldest(holed), holed, "the hole is filled from its lower edge");
  let own = long(10);
  for (let seq = 11; seq <= HELD_MAX + 1; seq += 1) own = acknowledge(own, message(seq, null));
  const left = withoutOldest(own);
  assert.equal(left.messages[0].seq, 10, "what is known by its ack alone does not know what was before it");
  assert.equal(resumeSeq(left), 10);
});

test("fresh addresses of files bring no message back that the room has dropped", () => {
  const dropped = withoutOldest(long(HELD_MAX + 1));
  assert.deepEqual(renewed(dropped, [message(1)]), dropped);
  const [first] = dropped.messages;
  assert.equal(renewed(dropped, [message(first.seq, first.prev_seq, { text: "anew" })]).messages[0].text, "anew");
});
