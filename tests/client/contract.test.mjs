// The models, fed with the very frames that the server's own tests hold the wire to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tableOf } from "./support/english.mjs";
import { LANGUAGES, speak } from "../../static/js/models/language.js";
import { emptyList, hasGap, lastSeq, mergeHistory, receive } from "../../static/js/models/message-list.js";
import { calledAnew, isAnyDeleted, nameOf } from "../../static/js/models/person.js";
import { isRunning, peerAmong, statusOf, withPresence } from "../../static/js/models/room.js";

const golden = (name) => JSON.parse(readFileSync(new URL(`../../contract/golden/${name}.json`, import.meta.url), "utf8"));
const frames = golden("chat_server_frames");
const frame = (type) => {
  const found = frames.find((each) => each.type === type);
  assert.ok(found, `the contract has a ${type} frame`);
  return found;
};

test("the hello of the contract tells the status and the peer", () => {
  const { room } = frame("hello");
  assert.equal(isRunning(statusOf(room)), true);
  const [me, other] = room.members;
  assert.deepEqual(peerAmong(room.members, me.id), other);
});

test("a message of the contract shows the hole before it, and a page of history closes it", () => {
  const arrived = frame("message");
  const [item] = frame("history").items;
  assert.deepEqual({ ...arrived, type: undefined }, { ...item, type: undefined });
  const known = mergeHistory(emptyList(), [{ ...item, seq: item.prev_seq - 2, prev_seq: 0, client_id: "another" }]);
  const list = receive(known, item);
  assert.equal(hasGap(list), true);
  const filled = mergeHistory(list, [{ ...item, seq: item.prev_seq, prev_seq: item.prev_seq - 2, client_id: "a third" }]);
  assert.equal(hasGap(filled), false);
  assert.equal(lastSeq(filled), item.seq);
});

test("the end of a room in the contract is an end without a clock, and names nobody", () => {
  const status = statusOf(frame("room"));
  assert.equal(isRunning(status), false);
  assert.equal(status.ends_at, null);
  assert.deepEqual([status.outcome, status.reason], ["ended", "not_kept"]);
});

test("who comes and goes by the contract's word is online as long as that", () => {
  const [came] = golden("notifications_server_frames").filter(({ type }) => type === "presence");
  const there = withPresence(new Set(["somebody else"]), came);
  assert.deepEqual([...there], ["somebody else", came.user_id]);
  assert.deepEqual([...withPresence(there, came)], [...there], "said twice, it is no other news");
  assert.deepEqual([...withPresence(there, { ...came, online: false })], ["somebody else"]);
});

test("whoever has deleted the account is called so in the reader's language, and others by their names", () => {
  const { rooms: [there, over] } = golden("notifications_server_frames").find(({ type }) => type === "hello");
  const namesIn = ({ members }) => members.map(nameOf);
  assert.deepEqual([isAnyDeleted(there.members), isAnyDeleted(over.members)], [false, true]);
  for (const language of Object.keys(LANGUAGES)) {
    const table = tableOf(language);
    speak(language, table);
    assert.deepEqual([namesIn(there), namesIn(over)], [["Ann", "Ben"], ["Ann", table.app.deleted_account]]);
  }
  speak("en", tableOf("en"));
  assert.equal(nameOf(null), "Someone");
});

test("a name that is heard of anew is taken, and nothing else of whoever has it", () => {
  const known = [{ id: "a", display_name: "Ann", online: true }, { id: "b", display_name: "Ben", deleted: false }];
  assert.equal(calledAnew(known, [{ id: "a", display_name: "Ann" }, { id: "c", display_name: "Cem" }]), known, "nothing is new");
  const renamed = calledAnew(known, [{ id: "a", display_name: "Anna" }]);
  assert.deepEqual(renamed, [{ id: "a", display_name: "Anna", online: true, deleted: false }, known[1]]);
  const gone = calledAnew(renamed, [{ id: "b", display_name: "deleted user", deleted: true }]);
  assert.deepEqual([gone[0].online, nameOf(gone[1])], [true, "Deleted account"]);
});
