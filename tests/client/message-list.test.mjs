import assert from "node:assert/strict";
import { test } from "node:test";
import {
  acknowledge, closeGap, emptyList, hasEarlier, hasGap, lastSeq, mergeHistory, mergeNewest, receive, resumeQuery, resumeSeq,
} from "../../static/js/models/message-list.js";

const message = (seq, prev_seq, fields = {}) => ({
  seq, prev_seq, id: `id-${seq}`, client_id: `client-${seq}`, room_id: "room", sender_id: "peer", text: `text ${seq}`,
  sent_at: "2026-01-01T12:00:00.000Z", ...fields,
});
const seqs = (list) => list.messages.map((known) => known.seq);

test("messages are in order however they arrive, and none appears twice", () => {
  let list = mergeHistory(emptyList(), [message(9, 4), message(4, 2), message(2, 0)]);
  list = receive(list, message(4, 2));
  list = mergeHistory(list, [message(2, 0), message(11, 9)]);
  assert.deepEqual(seqs(list), [2, 4, 9, 11]);
  assert.equal(lastSeq(list), 11);
});

test("an empty list has no last message and resumes from nothing", () => {
  assert.equal(lastSeq(emptyList()), 0);
  assert.equal(resumeSeq(emptyList()), 0);
  assert.equal(hasGap(emptyList()), false);
});

test("who comes back says which message stands where the list ends, so that another one there is noticed", () => {
  const list = receive(mergeHistory(emptyList(), [message(2, 0)]), message(9, 4));
  assert.equal(String(resumeQuery(list, "e")), `after=2&epoch=e&id=${list.messages[0].id}`);
  assert.equal(String(resumeQuery(emptyList(), "e")), "after=0&epoch=e");
});

test("a message that names an unknown predecessor shows the hole", () => {
  const list = receive(mergeHistory(emptyList(), [message(2, 0)]), message(9, 4));
  assert.equal(hasGap(list), true);
  assert.equal(resumeSeq(list), 2);
  const filled = mergeHistory(list, [message(4, 2)]);
  assert.equal(hasGap(filled), false);
  assert.equal(resumeSeq(filled), 9);
});

test("a message that arrives twice or late is no hole", () => {
  let list = mergeHistory(emptyList(), [message(2, 0), message(4, 2), message(9, 4)]);
  list = receive(list, message(4, 2));
  assert.equal(hasGap(list), false);
});

test("a resume starts before an acknowledged message whose place is not known", () => {
  let list = mergeHistory(emptyList(), [message(2, 0)]);
  list = acknowledge(list, message(7, null, { sender_id: "me" }));
  assert.equal(lastSeq(list), 7);
  assert.equal(resumeSeq(list), 2);
  assert.equal(hasGap(list), false);
});

test("a first message known by its ack alone is no place to resume from", () => {
  const list = acknowledge(emptyList(), message(7, null, { sender_id: "me" }));
  assert.equal(resumeSeq(list), 0);
  assert.equal(resumeSeq(mergeHistory(list, [message(5, 0), message(7, 5, { sender_id: "me" })])), 7);
});

test("a later live message proves the place of what was acknowledged before it", () => {
  let list = mergeHistory(emptyList(), [message(2, 0)]);
  list = acknowledge(list, message(7, null, { sender_id: "me" }));
  list = receive(list, message(5, 2));
  assert.equal(resumeSeq(list), 5, "5 was sent before 7, so it proves nothing about 7");
  list = receive(list, message(8, 7));
  assert.equal(resumeSeq(list), 8);
});

test("history replaces what an ack left open, and an ack takes nothing back", () => {
  let list = acknowledge(mergeHistory(emptyList(), [message(2, 0)]), message(7, null, { sender_id: "me" }));
  list = mergeHistory(list, [message(7, 2, { sender_id: "me" })]);
  assert.equal(resumeSeq(list), 7);
  list = acknowledge(list, message(7, null, { sender_id: "me" }));
  assert.equal(resumeSeq(list), 7);
});

test("the same client_id under a new sequence replaces the old one", () => {
  let list = acknowledge(emptyList(), message(7, null, { sender_id: "me", client_id: "mine" }));
  list = acknowledge(list, message(12, null, { sender_id: "me", client_id: "mine" }));
  assert.deepEqual(seqs(list), [12]);
});

test("two people may use the same client_id", () => {
  let list = receive(emptyList(), message(1, 0, { sender_id: "peer", client_id: "same" }));
  list = receive(list, message(2, 1, { sender_id: "me", client_id: "same" }));
  assert.deepEqual(seqs(list), [1, 2]);
});

test("a hole that the server cannot fill is accepted", () => {
  let list = receive(mergeHistory(emptyList(), [message(2, 0)]), message(9, 4));
  list = closeGap(list, 2);
  assert.equal(hasGap(list), false);
  assert.equal(resumeSeq(list), 9);
});

test("earlier messages exist as long as the first one names a predecessor", () => {
  assert.equal(hasEarlier(mergeHistory(emptyList(), [message(5, 4)])), true);
  assert.equal(hasEarlier(mergeHistory(emptyList(), [message(4, 0)])), false);
  assert.equal(hasEarlier(emptyList()), false);
});

/** The newest page of a long conversation. */
const newest = () => Array.from({ length: 50 }, (_, index) => message(101 + index, 100 + index));

test("the ack of a message from long ago hides nothing that was before", () => {
  const list = acknowledge(mergeNewest(emptyList(), newest()), message(40, null, { sender_id: "me" }));
  assert.deepEqual([hasEarlier(list), resumeSeq(list), seqs(list).at(0)], [true, 150, 101]);
  const back = mergeHistory(list, Array.from({ length: 100 }, (_, index) => message(1 + index, index)));
  assert.deepEqual([hasEarlier(back), hasGap(back), seqs(back).length], [false, false, 150], "it comes with the pages before");
});

test("nor does it where it comes before the first page, and one that is newer than the page stays", () => {
  const acked = acknowledge(acknowledge(emptyList(), message(40, null, { sender_id: "me" })), message(151, null, { sender_id: "me" }));
  const list = mergeNewest(acked, newest());
  assert.deepEqual([hasEarlier(list), hasGap(list), resumeSeq(list)], [true, false, 150]);
  assert.deepEqual([seqs(list).at(0), seqs(list).at(-1)], [101, 151]);
  const directly = mergeNewest(acknowledge(emptyList(), message(100, null, { sender_id: "me" })), newest());
  assert.equal(hasEarlier(directly), true, "also where nothing is between");
});

test("a page with nothing before it leaves what is acknowledged where it is", () => {
  const list = mergeNewest(acknowledge(emptyList(), message(7, null, { sender_id: "me" })), [message(5, 0), message(7, 5, { sender_id: "me" })]);
  assert.deepEqual([seqs(list), resumeSeq(list), hasEarlier(list)], [[5, 7], 7, false]);
});

test("changing a list leaves the old one as it was", () => {
  const before = mergeHistory(emptyList(), [message(2, 0)]);
  receive(before, message(4, 2));
  assert.deepEqual(seqs(before), [2]);
});
