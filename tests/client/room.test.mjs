import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  changeRoom, keptRooms, mergedRooms, NAMED_AT_ONCE, newerStatus, openRooms, pastRooms, peerAmong, putRoom, statusOf, unreadTotal,
  withNamed,
} from "../../static/js/models/room.js";
import { parseRoute, redirect, roomHash, waitsForSession } from "../../static/js/models/route.js";
import { readHere, recounted } from "../../static/js/models/unread.js";

const status = (state, server_time, fields = {}) => ({
  room_id: "r", state, ends_at: null, remaining_ms: null, server_time: `2026-01-01T12:00:${server_time}.000Z`,
  my_response: null, outcome: null, reason: null, ...fields,
});
const room = (id, fields = {}) => ({
  id, state: "kept", kept: true, members: [], ends_at: null, created_at: "2026-01-01T12:00:00.000Z", last_message: null,
  unread_count: 0, match: null, ...fields,
});

test("a room never goes back, even if an old answer comes late", () => {
  const ended = status("ended", "10");
  for (const state of ["idle", "countdown", "notification", "kept"]) {
    assert.equal(newerStatus(ended, status(state, "59")), ended);
  }
  assert.equal(newerStatus(status("kept", "10"), ended), ended);
});

test("within a phase the later reading counts: more time moves the end", () => {
  const early = status("notification", "10", { ends_at: "a" });
  const late = status("notification", "20", { ends_at: "b" });
  assert.equal(newerStatus(early, late).ends_at, "b");
  assert.equal(newerStatus(late, early).ends_at, "b");
});

test("my answer is not forgotten by a reading that was made before it", () => {
  const voted = status("countdown", "10", { my_response: "keep" });
  assert.equal(newerStatus(voted, status("countdown", "10")).my_response, "keep");
});

test("another room's status is its own", () => {
  const other = status("idle", "01", { room_id: "other" });
  assert.equal(newerStatus(status("ended", "10"), other), other);
});

test("a status is taken out of a frame without the rest", () => {
  const found = status("kept", "10");
  assert.deepEqual(statusOf({ type: "room", members: [], ...found }), found);
});

test("conversations are ordered by what happened last", () => {
  let rooms = putRoom(putRoom([], room("a")), room("b", { created_at: "2026-01-02T12:00:00.000Z" }));
  assert.deepEqual(rooms.map((known) => known.id), ["b", "a"]);
  rooms = changeRoom(rooms, "a", { last_message: { seq: 1, sent_at: "2026-01-03T12:00:00.000Z" }, unread_count: 2 });
  assert.deepEqual(rooms.map((known) => known.id), ["a", "b"]);
  assert.equal(putRoom(rooms, room("a")).length, 2);
});

test("ended rooms have a list of their own, and count no unread messages", () => {
  const rooms = [room("a", { unread_count: 1 }), room("b", { state: "ended", unread_count: 5 }), room("c", { state: "countdown" })];
  assert.deepEqual(keptRooms(rooms).map((known) => known.id), ["a"]);
  assert.deepEqual(openRooms(rooms).map((known) => known.id), ["c"]);
  assert.deepEqual(pastRooms(rooms).map((known) => known.id), ["b"]);
  assert.equal(unreadTotal(rooms), 1);
});

test("the peer is the member that is not me", () => {
  const members = [{ id: "me", display_name: "Me" }, { id: "you", display_name: "You" }];
  assert.equal(peerAmong(members, "me").id, "you");
  assert.equal(peerAmong([], "me"), null);
});

test("every address leads somewhere, and a room's leads back to it", () => {
  assert.deepEqual(parseRoute(roomHash("42")), { screen: "room", roomId: "42" });
  assert.equal(parseRoute("#/wait").screen, "wait");
  for (const hash of ["", "#", "#/", "#/room/", "#/nowhere", "#/constructor"]) {
    assert.equal(parseRoute(hash).screen, "landing");
  }
});

test("each person is led to where they may be", () => {
  assert.equal(redirect(parseRoute("#/room/1"), false), "#/");
  assert.equal(redirect(parseRoute("#/login"), true), "#/conversations");
  assert.equal(redirect(parseRoute("#/room/1"), true), null);
  assert.equal(redirect(parseRoute("#/signup"), false), null);
});

test("what was read in another tab does not come back as unread, however late the server counts it", () => {
  const last_message = { seq: 8, sent_at: "2026-01-01T12:00:09.000Z" };
  const heard = { count: 2, last_message, onScreen: false };
  assert.equal(recounted(room("a"), heard).unread_count, 2);
  assert.equal(recounted(room("a", { read_seq: 7 }), heard).unread_count, 2);
  assert.equal(recounted(room("a", { read_seq: 8 }), heard).unread_count, 0);
  assert.equal(recounted(room("a"), { ...heard, onScreen: true }).unread_count, 0);
  assert.equal(recounted(room("a"), { count: 0, onScreen: false }).last_message, null);
  assert.equal(recounted(room("a"), heard).last_message, last_message);
});

test("a visitor's screens wait for nobody, unless somebody is expected", () => {
  const waits = (session, screen, expected = false) => waitsForSession({ session, expected, route: { screen, roomId: null } });
  assert.deepEqual(["landing", "signup", "login"].map((screen) => waits("restoring", screen)), [false, false, false]);
  assert.equal(waits("restoring", "landing", true), true);
  assert.equal(waits("restoring", "conversations"), true);
  assert.equal(waits("unreachable", "landing"), true);
  assert.deepEqual(["in", "out"].map((session) => waits(session, "landing", true)), [false, false]);
});

const message = (seq) => ({ seq, sent_at: `2026-01-01T12:00:${String(seq).padStart(2, "0")}.000Z` });

test("a new connection takes no room away, puts none back, and forgets nothing that was read here", () => {
  const known = [
    room("old", { unread_count: 2 }), room("read", { read_seq: 8, last_message: message(8) }), room("ahead", { state: "ended", kept: false }),
  ];
  const named = [room("read", { unread_count: 3, last_message: message(8) }), room("ahead"), room("new", { unread_count: 1 })];
  const { rooms, areAll } = withNamed(known, named);
  const found = Object.fromEntries(rooms.map((each) => [each.id, each]));
  assert.deepEqual(Object.keys(found).toSorted(), ["ahead", "new", "old", "read"]);
  assert.deepEqual([found.old.unread_count, found.read.unread_count, found.new.unread_count], [2, 0, 1]);
  assert.equal(found.ahead.state, "ended");
  assert.equal(areAll, false, "the list tells whether the room that was not named is still there");
  assert.equal(mergedRooms(rooms, named).some(({ id }) => id === "old"), false);
});

test("whoever has more rooms than a connection names has the others read, and nobody else", () => {
  const rooms = Array.from({ length: NAMED_AT_ONCE }, (_, index) => room(`room ${index}`));
  assert.equal(withNamed([], rooms).areAll, false);
  assert.equal(withNamed([], rooms.slice(1)).areAll, true);
  assert.equal(withNamed(rooms.slice(1), rooms.slice(1)).areAll, true);
  const session = readFileSync(new URL("../../gateway/src/realtime/notification_session.rs", import.meta.url), "utf8");
  assert.match(session, new RegExp(`const ROOMS: u32 = ${NAMED_AT_ONCE};`), "as the gateway has it");
});

test("what is read here before the list of rooms comes is not unread in it", () => {
  const rooms = [room("a", { unread_count: 3, last_message: message(8) }), room("b", { unread_count: 1, last_message: message(9) })];
  assert.deepEqual(readHere(rooms, "a", 8).map(({ unread_count }) => unread_count), [0, 1]);
  assert.deepEqual(readHere(rooms, "a", 7).map(({ unread_count }) => unread_count), [3, 1]);
  assert.equal(readHere(readHere(rooms, "a", 8), "a", 0)[0].read_seq, 8);
});

test("an acknowledgement that comes after a newer message puts neither that nor what is read back", () => {
  let rooms = changeRoom([room("a")], "a", { last_message: message(8), unread_count: 0, read_seq: 8 });
  rooms = changeRoom(rooms, "a", { last_message: message(7) });
  assert.equal(rooms[0].last_message.seq, 8);
  rooms = changeRoom(rooms, "a", { unread_count: 0, read_seq: 5 });
  assert.equal(rooms[0].read_seq, 8);
  assert.equal(changeRoom(rooms, "a", { last_message: message(9) })[0].last_message.seq, 9);
  assert.equal(recounted(rooms[0], { count: 1, last_message: message(7), onScreen: false }).last_message.seq, 8, "nor does a late count");
  assert.equal(changeRoom(rooms, "a", { state: "ended" })[0].last_message.seq, 8);
});
