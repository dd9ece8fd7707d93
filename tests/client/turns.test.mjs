// Answers that overtake each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/english.mjs";
import { mergedRooms } from "../../static/js/models/room.js";
import { screenFault, isNotRead } from "../../static/js/models/screen.js";
import { createTurns } from "../../static/js/models/turns.js";

/** A read or write whose answer comes when the test says so, and what was taken of answers. */
function asked(turns) {
  const taken = [];
  const begin = (way, resource, value) => {
    let [resolve, reject] = [];
    const promise = new Promise((...ways) => ([resolve, reject] = ways));
    const done = way === "read" ? turns.read(resource, () => promise, (answer) => taken.push(answer)) : turns.write(resource, () => promise);
    return { answer: () => (resolve(value), done), fail: () => (reject(new Error("no")), done.catch(() => undefined)) };
  };
  return { taken, read: (resource, value) => begin("read", resource, value), write: (resource) => begin("write", resource) };
}

test("of two readings the one that was asked for later counts, whichever answer comes first", async () => {
  const { taken, read } = asked(createTurns());
  const [first, second] = [read("profile", "old"), read("profile", "new")];
  await second.answer();
  await first.answer();
  assert.deepEqual(taken, ["new"]);
});

test("what was asked for before a write had its answer is not taken, wherever its own answer falls", async () => {
  for (const order of ["before", "within", "after"]) {
    const { taken, read, write } = asked(createTurns());
    const early = read("profile", "from before");
    const saving = write("profile");
    const within = read("profile", "from in between");
    if (order === "within") await early.answer();
    await saving.answer();
    if (order === "after") await early.answer();
    await within.answer();
    if (order === "before") await early.answer();
    assert.deepEqual(taken, [], order);
    await read("profile", "from after").answer();
    assert.deepEqual(taken, ["from after"]);
  }
});

test("what was asked for before the server told of it by itself is not taken", async () => {
  const turns = createTurns();
  const { taken, read } = asked(turns);
  const early = read("ticket", "waiting");
  turns.told("ticket");
  await early.answer();
  assert.deepEqual(taken, []);
});

test("a failed write is over, and each resource is for itself", async () => {
  const { taken, read, write } = asked(createTurns());
  const other = read("ticket", "another's");
  await write("profile").fail();
  await read("profile", "as it was").answer();
  await other.answer();
  assert.deepEqual(taken, ["as it was", "another's"]);
  const failing = read("profile", "nothing");
  await failing.fail();
  assert.equal(taken.length, 2);
});

const room = (id, fields) => ({
  id, state: "countdown", kept: false, members: [], ends_at: "2026-01-01T12:05:00.000Z", created_at: "2026-01-01T12:00:00.000Z",
  last_message: null, unread_count: 0, match: null, ...fields,
});
const message = (seq) => ({ seq, sent_at: `2026-01-01T12:00:0${seq}.000Z` });

test("an old list of rooms takes nothing back of what was heard of them meanwhile", () => {
  const known = [
    room("a", { state: "ended", ends_at: null }),
    room("b", { last_message: message(5), unread_count: 2 }),
    room("c", { read_seq: 4 }),
    room("d", { state: "notification", ends_at: "2026-01-01T12:06:00.000Z" }),
    room("new", { state: "idle" }),
    room("gone", { state: "ended" }),
  ];
  const heard = [
    room("a"), room("b", { last_message: message(4), unread_count: 1 }), room("c", { last_message: message(4), unread_count: 3 }),
    room("d", { state: "notification", ends_at: "2026-01-01T12:05:30.000Z" }), room("e"),
  ];
  const merged = Object.fromEntries(mergedRooms(known, heard).map((each) => [each.id, each]));
  assert.deepEqual(Object.keys(merged).sort(), ["a", "b", "c", "d", "e", "new"]);
  assert.equal(merged.a.state, "ended");
  assert.deepEqual([merged.b.last_message.seq, merged.b.unread_count], [5, 2]);
  assert.equal(merged.c.unread_count, 0, "it was read here");
  assert.equal(merged.d.ends_at, "2026-01-01T12:06:00.000Z", "more time was given");
  assert.equal(mergedRooms([room("a")], [room("a", { state: "ended" })])[0].state, "ended");
});

test("a screen says what it could not read, until it has it", () => {
  const at = (screen, fields = {}) => ({
    route: { screen, roomId: null }, ticket: null, profile: { profile: null }, roomsLoaded: false, faults: {}, chat: null, ...fields,
  });
  assert.equal(screenFault(at("wait")), null, "it is on its way");
  assert.equal(screenFault(at("wait", { faults: { profile: "no" } })), "no");
  assert.equal(screenFault(at("wait", { faults: { profile: "no" }, profile: { profile: {} } })), null, "it is here by now");
  assert.equal(screenFault(at("conversations", { faults: { profile: "no" } })), null, "it does not need it");
  assert.equal(isNotRead(at("conversations", { faults: { rooms: "no" } })), true);
  assert.equal(isNotRead(at("room", { chat: { load: "failed" } })), true);
  assert.equal(isNotRead(at("room", { chat: { load: "missing" } })), false);
});
