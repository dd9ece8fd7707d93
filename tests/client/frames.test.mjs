// The frames of the contract through the client's own actions: what it sends, and what it makes of what it hears.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, mock, test } from "node:test";
import "./support/english.mjs";
import * as chatting from "../../static/js/actions/chat.js";
import * as frames from "../../static/js/actions/frames.js";
import * as notifications from "../../static/js/actions/notifications.js";
import * as rooms from "../../static/js/actions/rooms.js";
import * as sending from "../../static/js/actions/sending.js";
import * as session from "../../static/js/actions/session.js";
import { Connection } from "../../static/js/connection.js";
import * as list from "../../static/js/models/message-list.js";
import { add } from "../../static/js/models/unsent.js";
import { createStore, initialState } from "../../static/js/store.js";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const golden = (name) => JSON.parse(read(`contract/golden/${name}.json`));
const [clientFrames, serverFrames, notices] = ["chat_client_frames", "chat_server_frames", "notifications_server_frames"].map(golden);
const among = (all, wanted) => all.find(({ type }) => type === wanted);
const [ANN, BEN] = among(serverFrames, "hello").room.members;
const arrived = among(serverFrames, "message");
const ROOM = arrived.room_id;

const actions = { ...chatting, ...frames, ...notifications, ...rooms, ...sending, ...session };
/** What others do, and the browser, is not of interest here. */
const OWN = new Set(["peopleHeard", "roomTouched", "sendOverdue", "sendUnsent"]);

globalThis.document = { visibilityState: "visible", hasFocus: () => true };
globalThis.location ??= { href: "http://localhost/" };
after(() => delete globalThis.document);

/** Ann has the room with Ben before her. */
function openPage(chat = {}) {
  const store = createStore({ ...initialState(0), session: "in", user: { id: ANN.id, username: "ann", display_name: "Ann" } });
  store.update({
    chat: {
      roomId: ROOM, load: "ready", members: [ANN, BEN], list: list.emptyList(), unsent: [], epoch: null, storedSeq: 0, saidReadSeq: 0, typingUntilMs: 0,
      atEnd: true, status: null, room: null, ...chat,
    },
  });
  const [sent, dispatched] = [[], []];
  const socket = { send: (frame) => sent.push(frame) > 0 };
  const context = {
    store, sockets: { chat: socket, notifications: socket }, outbox: { save() {} }, keptDrafts: { save() {} }, tabs: { tell() {} },
    async dispatch(name, payload) {
      dispatched.push([name, payload]);
      if (OWN.has(name)) await actions[name]?.(context, payload);
    },
  };
  const hear = (type) => frames.chatFrame(context, { roomId: ROOM, frame: among(serverFrames, type) });
  return { context, store, sent, dispatched, hear };
}

const withoutId = ({ client_id: _, ...frame }) => frame;

test("what the client sends is what the contract says, and nothing else is sent anywhere in it", () => {
  const sent = [];
  const page = openPage();
  page.store.update({ drafts: { [ROOM]: { text: "Hello", uploads: [] } } });
  sending.sendMessage(page.context);
  sending.typed(page.context);
  sending.stopTyping(page.context);
  page.hear("message");
  chatting.seen(page.context);
  session.sessionRenewed(page.context, { access_token: "token", user: page.store.state.user });
  sent.push(...page.sent, ...framesOfProbe());

  for (const frame of clientFrames.filter(({ type }) => type !== "history")) {
    const own = sent.find((each) => each.type === frame.type && each.active !== false);
    assert.ok(own, `the client sends ${frame.type}`);
    assert.deepEqual(withoutId(own), withoutId(frame));
    assert.deepEqual(Object.keys(own).toSorted(), Object.keys(frame).toSorted());
  }
  const folder = new URL("../../static/js/actions/", import.meta.url);
  const sources = [...readdirSync(folder).map((name) => `static/js/actions/${name}`), "static/js/connection.js"].map(read).join("\n");
  const inSources = new Set([...sources.matchAll(/\btype: "(\w+)"/g)].map(([, type]) => type));
  assert.deepEqual([...inSources].toSorted(), [...new Set(sent.map(({ type }) => type))].toSorted(), "this test has them all");
});

/** What a connection says by itself, once the server has greeted. */
function framesOfProbe() {
  const { connection, sockets } = connect();
  sockets[0].greet();
  connection.probe();
  connection.close();
  return sockets[0].sent;
}

test("a message is acknowledged, stored and read by the contract's frames", async () => {
  const own = { client_id: arrived.client_id, text: arrived.text };
  const page = openPage({ unsent: add([], own, 0) });
  page.hear("ack");
  assert.equal(list.lastSeq(page.store.state.chat.list), 42);
  assert.deepEqual(page.store.state.chat.unsent.map(({ state, seq }) => [state, seq]), [["sent", 42]]);
  page.hear("stored");
  assert.deepEqual(page.store.state.chat.unsent, []);
  page.hear("read");
  assert.equal(page.store.state.chat.members.find(({ id }) => id === BEN.id).read_seq, 42);
});

test("who types and goes, a refusal, and the end of the room are heard from the contract's frames", () => {
  const page = openPage({ unsent: add([], { client_id: among(serverFrames, "error").client_id, text: "late" }, 0) });
  page.hear("typing");
  assert.ok(page.store.state.chat.typingUntilMs > 0);
  page.hear("presence");
  assert.equal(page.store.state.chat.typingUntilMs, 0);
  assert.equal(page.store.state.chat.members.find(({ id }) => id === BEN.id).online, false);
  page.hear("error");
  assert.deepEqual(page.store.state.chat.unsent.map(({ state, problem }) => [state, problem]), [["failed", "This chat has ended."]]);
  page.hear("room");
  const [, { status, live }] = page.dispatched.findLast(([name]) => name === "statusRead");
  assert.deepEqual([status.state, status.reason, live], ["ended", "not_kept", true]);
});

test("every frame of the contract that a room may hear is one that the client has a use for, or has none on purpose", async () => {
  const unused = ["history", "auth_ok", "pong"]; // read by request; the connection's own
  for (const { type } of serverFrames.filter((frame) => !unused.includes(frame.type))) {
    const page = openPage({ unsent: add([], { client_id: arrived.client_id, text: "Hello" }, 0) });
    const before = page.store.state.chat;
    await page.hear(type);
    assert.ok(page.store.state.chat !== before || page.dispatched.length > 0, type);
  }
});

test("a match and what is unread are heard from the contract's frames, a match once", async () => {
  const page = openPage();
  page.store.update({ chat: null });
  const match = among(notices, "match_found");
  await notifications.notified(page.context, match);
  assert.ok(page.store.state.presented.has(match.room_id));
  const names = () => page.dispatched.map(([name]) => name);
  assert.deepEqual(names().filter((name) => ["goToMeeting", "alertPerson"].includes(name)), ["goToMeeting", "alertPerson"]);
  await notifications.notified(page.context, match);
  assert.equal(names().filter((name) => name === "alertPerson").length, 1);

  page.store.update({ rooms: among(notices, "hello").rooms });
  const { room_id, count } = among(notices, "unread");
  await notifications.notified(page.context, among(notices, "unread"));
  assert.equal(page.store.state.rooms.find(({ id }) => id === room_id).unread_count, count);
});

/** A connection to a server that a test plays. */
function connect() {
  const sockets = [];
  globalThis.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    sent = [];
    constructor() {
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    greet() {
      this.onmessage({ data: JSON.stringify(among(serverFrames, "hello")) });
    }
    pong() {
      this.onmessage({ data: JSON.stringify(among(serverFrames, "pong")) });
    }
  };
  const states = [];
  const connection = new Connection({
    path: () => "/ws/chat/1", token: () => "token", onFrame() {}, onState: (state) => states.push(state), onStopped() {},
    refresh: async () => {}, mayRetry: async () => true,
  });
  return { connection, sockets, states };
}

const HOUR_MS = 60 * 60_000;

test("a page that nobody sees for an hour keeps its connection for as long as the server answers", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { connection, sockets, states } = connect();
    sockets[0].greet();
    for (let spent = 0; spent < HOUR_MS; spent += 20_000) {
      mock.timers.tick(20_000);
      sockets[0].pong();
    }
    assert.equal(sockets.length, 1);
    assert.equal(sockets[0].sent.filter(({ type }) => type === "ping").length, HOUR_MS / 20_000);
    assert.deepEqual(states, ["connecting", "online"]);
    connection.close();
  } finally {
    mock.timers.reset();
  }
});

test("a page whose connection died in an hour in which nothing of it ran asks at once when it is seen again, and comes back", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { connection, sockets, states } = connect();
    sockets[0].greet();
    connection.probe(); // an hour later, by everybody else's clock: no timer of the page has run
    assert.deepEqual(sockets[0].sent.at(-1), { type: "ping" });
    mock.timers.tick(2_500);
    assert.equal(states.at(-1), "offline", "it is not believed for longer");
    await Promise.resolve();
    mock.timers.tick(2_000);
    assert.equal(sockets.length, 2);
    sockets[1].greet();
    assert.equal(states.at(-1), "online");
    connection.close();
  } finally {
    mock.timers.reset();
  }
});
