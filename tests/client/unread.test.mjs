// Counts of what is unread overtake each other, and answers that have one overtake them.
import assert from "node:assert/strict";
import { after, mock, test } from "node:test";
import "./support/english.mjs";
import { alertPerson } from "../../static/js/actions/alerts.js";
import { notified } from "../../static/js/actions/notifications.js";
import { loadRoom, roomTouched } from "../../static/js/actions/rooms.js";
import { isTold } from "../../static/js/models/alerts.js";
import { changeRoom, newerRoom } from "../../static/js/models/room.js";
import { isUnordered, readHere, recounted } from "../../static/js/models/unread.js";
import { createStore, initialState } from "../../static/js/store.js";

const [ANN, BEN] = [{ id: "ann", display_name: "Ann" }, { id: "ben", display_name: "Ben" }];
const message = (seq, sender = BEN) => ({ seq, sender_id: sender.id, text: `message ${seq}`, sent_at: `2026-01-01T12:00:${String(seq).padStart(2, "0")}.000Z` });
/** The room with Ben as the server tells of it. */
const told = (last, read_seq, unread_count) => ({
  id: "room", state: "kept", kept: true, members: [ANN, BEN], ends_at: null, created_at: "2026-01-01T12:00:00.000Z", match: null,
  last_message: message(last), read_seq, unread_count,
});
/** The same, known here since. */
const known = (...fields) => newerRoom(told(...fields), told(...fields));
const count = (last, read_seq, unread) => ({ count: unread, last_message: message(last), read_seq, onScreen: false });
const heardInTurn = (room, ...counts) => counts.reduce((now, heard) => recounted(now, heard), room);

test("a count of before a message takes nothing back of it", () => {
  const room = heardInTurn(known(7, 6, 1), count(8, 7, 1), count(7, 7, 0));
  assert.deepEqual([room.unread_count, room.last_message.seq], [1, 8]);
  assert.equal(heardInTurn(known(7, 6, 1), count(7, 7, 0), count(8, 7, 1)).unread_count, 1, "as in the order in which they were made");
});

test("a count of before a reading elsewhere does not bring back what was read", () => {
  assert.equal(heardInTurn(known(8, 7, 1), count(8, 8, 0), count(8, 7, 1)).unread_count, 0);
  const room = heardInTurn(known(8, 8, 0), count(9, 8, 1), count(8, 7, 1));
  assert.deepEqual([room.unread_count, room.last_message.seq], [1, 9]);
});

test("of two counts of the same messages and the same reading the higher one is taken, as some are stored later; less is asked for", () => {
  assert.equal(isUnordered(known(9, 7, 1), count(9, 7, 2)), false);
  assert.equal(heardInTurn(known(9, 7, 1), count(9, 7, 2)).unread_count, 2);
  assert.equal(isUnordered(known(9, 7, 2), count(9, 7, 1)), true);
  assert.equal(newerRoom(known(9, 7, 2), told(9, 7, 1)).unread_count, 1, "the answer is taken: a message is gone");
});

test("a message that comes before its count makes no count of before it newer, and none older", () => {
  const ahead = changeRoom([known(7, 7, 0)], "room", { last_message: message(9) })[0];
  assert.equal(recounted(ahead, count(8, 7, 1)).unread_count, 1, "one's own message may be the newest: it is never counted");
  assert.equal(heardInTurn(ahead, count(9, 7, 2), count(8, 7, 1)).unread_count, 2);
});

test("what this page has read itself is another thing than what was counted as read", () => {
  const [read] = readHere([known(8, 6, 2)], "room", 8);
  assert.deepEqual([read.unread_count, read.read_seq, read.counted], [0, 8, { seq: 8, read_seq: 6 }]);
  assert.equal(recounted(read, count(8, 7, 1)).unread_count, 0, "counted before the server heard of it");
  assert.equal(isUnordered(read, count(9, 7, 2)), false, "and should it never hear of it, its counts go on");
  assert.equal(recounted(read, count(9, 7, 2)).unread_count, 2);
  assert.equal(known(8, 8, 1).unread_count, 1, "of what the server says is read, it has counted what came meanwhile");
});

test("without a word of how far it was read, the messages decide", () => {
  const old = (last, unread) => ({ count: unread, last_message: message(last), onScreen: false });
  const room = known(8, 7, 1);
  assert.deepEqual([old(7, 0), old(8, 1), old(9, 2), old(9, 0)].map((heard) => recounted(room, heard).unread_count), [1, 1, 2, 0]);
  assert.deepEqual([old(7, 0), old(8, 1), old(9, 2), old(8, 0)].map((heard) => isUnordered(room, heard)), [false, false, false, true]);
});

test("an answer that is older than the known count does not change it, and any other does", () => {
  const room = known(8, 8, 0);
  assert.equal(newerRoom(room, told(8, 7, 1)).unread_count, 0);
  assert.equal(newerRoom(room, told(9, 8, 1)).unread_count, 1);
  assert.equal(newerRoom(known(9, 8, 1), told(9, 7, 2)).unread_count, 1);
  assert.equal(newerRoom(known(9, 7, 2), told(8, 9, 0)).unread_count, 0, "nor can be told which is older: it was asked for");
});

globalThis.navigator ??= {};
globalThis.document = { visibilityState: "hidden", hasFocus: () => false };
after(() => delete globalThis.document);

/** Ann, who is elsewhere. The server's answers come when they are given. */
function openPage(room) {
  const store = createStore({ ...initialState(0), session: "in", user: { id: ANN.id, username: "ann", display_name: "Ann" } });
  store.update({ rooms: [room] });
  const [dispatched, questions, tabsAsked] = [[], [], []];
  const own = { alertPerson, loadRoom, roomTouched };
  const context = {
    store,
    api: { request: (_, path) => new Promise((answer) => questions.push({ path, answer })) },
    tabs: { tell() {}, isAnotherWatched: () => new Promise((answer) => tabsAsked.push(answer)) },
    async dispatch(name, payload) {
      dispatched.push(name);
      await own[name]?.(context, payload);
    },
  };
  const hear = (last, read_seq, unread) => notified(context, { type: "unread", room_id: "room", count: unread, last_message: message(last), read_seq });
  return { store, dispatched, questions, tabsAsked, hear, room: () => store.state.rooms[0], times: (name) => dispatched.filter((each) => each === name).length };
}

/** Until all that waits for nobody has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("who is called for a message is called, though a count of before it comes while the other tabs are asked", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const page = openPage(known(7, 6, 1));
  page.hear(8, 7, 1);
  page.hear(7, 7, 0);
  await settled();
  assert.equal(isTold(page.store.state.rooms, "room"), false);
  assert.equal(page.times("sweepAlerts"), 0, "what is shown of it stays");
  assert.equal(page.times("alertPerson"), 1);
  for (const answer of page.tabsAsked) answer(false);
  await settled();
  assert.equal(page.times("showAlert"), 1);
  mock.timers.reset();
});

test("where it cannot be told which of two counts is older, the server is asked, once at a time, and once more for what comes meanwhile", async () => {
  const page = openPage(known(9, 7, 2));
  const heard = [page.hear(8, 8, 0), page.hear(8, 8, 0), page.hear(7, 9, 0)];
  await settled();
  assert.equal(page.room().unread_count, 2, "it is not guessed");
  assert.deepEqual(page.questions.map(({ path }) => path), ["/chat/rooms/room"]);
  page.questions[0].answer(told(9, 8, 1));
  await settled();
  assert.equal(page.room().unread_count, 1);
  assert.equal(page.questions.length, 2);
  page.questions[1].answer(told(9, 9, 0));
  await Promise.all(heard);
  assert.equal(page.room().unread_count, 0);
  assert.equal(page.questions.length, 2);
  assert.equal(page.times("alertPerson"), 0, "nor is anybody called before");
  assert.ok(page.dispatched.lastIndexOf("sweepAlerts") > page.dispatched.lastIndexOf("loadRoom"), "what is shown of it has nothing to say any more");
});
