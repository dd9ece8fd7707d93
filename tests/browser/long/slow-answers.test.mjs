// Answers that come late, out of order, or never.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { cableOf } from "../support/cable.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 240 } });
/** A request has no answer after 20 s, and the page asks again within 10 s. */
const ASKED_AGAIN_MS = 40_000;

story("a reading that is older than what was saved puts nothing back, and one that is older than the ticket does not either", async (scene) => {
  const ann = await scene.enter("Ann");
  await ann.signUp();
  const releaseProfile = await holdAnswers(ann, "/users/me/profile");
  for (const [name, value] of [["gender", "woman"], ["interests", "music"]]) {
    await ann.page.locator(`input[name="${name}"][value="${value}"]`).check();
  }
  await ann.press("join-queue");
  await ann.sees("waiting");
  await ann.press("leave-queue");
  await ann.sees("join-queue");
  await releaseProfile();
  assert.equal(await ann.find("starter").count(), 0, "the profile is complete");

  const releaseTicket = await holdAnswers(ann, "/match/queue");
  await ann.press("join-queue");
  await ann.sees("waiting");
  await releaseTicket();
  assert.equal(await ann.find("waiting").count(), 1, "the place in the queue is not taken back");
  await ann.press("leave-queue");
  await ann.sees("join-queue");
});

story("what cannot be read is said in its place, is asked for again by a press, and by itself", async (scene) => {
  const [bea, ben] = await scene.members("Bea", "Ben");
  bea.watch.expect(/^503 GET \/(match\/queue|users\/me\/profile|chat\/rooms\/[^/]+)$/, Infinity);
  bea.watch.expect(/^console error: action failed/, Infinity);
  const sockets = await silenceable(bea);
  await cannotBeRead(bea, sockets, "profile", "**/users/me/profile", "profile-form");
  await cannotBeRead(bea, sockets, "wait", "**/match/queue", "join-queue");
  await bea.page.reload();
  await meet(bea, ben);
  const room = await bea.roomId();
  await bea.go("account");
  await bea.sees("account");
  await cannotBeRead(bea, sockets, `room/${room}`, `**/chat/rooms/${room}`, "message-input");
});

story("a request that never has its answer does not keep the page from coming back", async (scene) => {
  const [cay, dan] = await scene.members("Cay", "Dan");
  cay.watch.expect(/^(no answer|console error: (WebSocket|action failed))/, Infinity);
  const cable = await cableOf(cay);
  await meet(cay, dan);
  const hang = (route) => route.request().method() === "GET" ? undefined : route.continue();
  const addresses = ["**/users/me", `**/chat/rooms/${await cay.roomId()}`];
  for (const address of addresses) await cay.page.route(address, hang);

  await cable.pull();
  await cay.sees("connection-banner");
  await cable.put();
  await cay.find("connection-banner").waitFor({ state: "detached", timeout: ASKED_AGAIN_MS });
  await dan.say("are you back?");
  await cay.hears("are you back?");

  await cable.pull();
  await cay.sees("connection-banner");
  await sleep(1_000);
  await cable.put();
  await cay.page.evaluate(() => dispatchEvent(new Event("online")));
  const since = Date.now();
  await cay.find("connection-banner").waitFor({ state: "detached" });
  assert.ok(Date.now() - since < 10_000, "with a network again, it does not wait for the request that hangs");
});

story("a room that is left before its connection is there leaves none behind, and no complaint", async (scene) => {
  const [ivo, kai] = await scene.members("Ivo", "Kai");
  // On a busy machine nobody answers for so long that other connections are given up.
  for (const person of [ivo, kai]) for (const pattern of [...OUTAGE, /^console warning: .*\/ws\/notifications/]) person.watch.expect(pattern, Infinity);
  await meet(ivo, kai);
  await ivo.say("back in a moment");
  await kai.hears("back in a moment");
  const [ofRoom, toCome] = [/\/ws\/chat\//, { timeout: 30_000 }];
  let left;
  await scene.server.withoutAnswers(async () => {
    const again = ivo.page.waitForEvent("websocket", { predicate: (socket) => ofRoom.test(socket.url()), ...toCome });
    await ivo.page.evaluate(() => dispatchEvent(new Event("online")));
    left = await again;
    await ivo.go("conversations");
    await ivo.find("chat").waitFor({ state: "detached" });
  });
  if (!left.isClosed()) await left.waitForEvent("close", toCome);
  await kai.say("I am here");
  await ivo.find("last-message").getByText("I am here").waitFor(toCome);
});

story("a refresh whose answer is lost is asked for again in time, and the session goes on", async (scene) => {
  const [hal] = await scene.members("Hal");
  const answers = [];
  await hal.page.route("**/auth/refresh", async (route) => {
    if (answers.length > 0) return route.continue();
    // It reaches the server, and the page never hears of it.
    const cookies = (await hal.context.cookies(`${hal.origin}/auth/refresh`)).map(({ name, value }) => `${name}=${value}`);
    const headers = { cookie: cookies.join("; "), origin: hal.origin };
    answers.push((await fetch(`${hal.origin}/auth/refresh`, { method: "POST", headers })).status);
  });
  for (let times = 0; times < 2; times += 1) {
    await hal.page.reload();
    await hal.sees("profile-form", {}, ASKED_AGAIN_MS);
  }
  assert.deepEqual(answers, [200], "the server has taken the first");
});

story("what is read of somebody comes to nobody else's panel, however late", async (scene) => {
  const [eli, fay] = await scene.members("Eli", "Fay");
  const gus = await scene.server.newcomer("gus");
  const asEli = await scene.server.device(eli);
  const other = await asEli("/chat/rooms", "POST", { peer_id: (await gus("/users/me")).id });
  await meet(eli, fay);
  const { members } = await asEli(`/chat/rooms/${await eli.roomId()}`);
  const faysId = members.find(({ display_name }) => display_name === "Fay").id;
  let answer = () => {};
  const held = new Promise((resolve) => (answer = resolve));
  const answered = new Promise((resolve) => eli.page.route(`**/users/${faysId}/profile`, async (route) => {
    await held;
    const profile = { id: faysId, display_name: "Fay", reveal_level: 2, bio: "Only Fay says this.", interests: ["hiking"] };
    await route.fulfill({ json: profile });
    resolve();
  }));
  await eli.press("open-peer");
  await eli.sees("peer-panel");
  await eli.press("close-peer");
  await eli.go(`room/${other.id}`);
  await eli.find("chat", { "data-room-id": other.id }).waitFor();
  await eli.press("open-peer");
  await eli.sees("peer-panel");
  answer();
  await answered;
  await eli.page.waitForTimeout(500); // it has had its effect, if it has one
  assert.doesNotMatch(await eli.reads("peer-panel"), /Only Fay/);
});

story("an answer that comes after the sign-out is nobody's, whoever signs in next on the same page", async (scene) => {
  const [ann, tom, ben] = await scene.members("Ann", "Tom", "Ben");
  await meet(ann, tom);
  await ann.go("conversations");
  await ann.sees("conversation");
  const releaseRooms = await holdAnswers(ann, "/chat/rooms?limit=100");
  await ann.go("account");
  await ann.press("logout");
  await ann.sees("go-signup");
  await releaseRooms();
  await ann.press("go-login");
  await ann.fill({ username: ben.username, password: ben.password });
  await ann.press("login");
  await ann.sees("no-conversations");
  assert.equal(await ann.find("conversation").count(), 0);
  assert.equal(await ann.find("meeting").count(), 0, "it is not Ben's time that is running");
});

/** A screen without what it needs, until it is there again. */
async function cannotBeRead(person, sockets, screen, address, shown) {
  const busy = { status: 503, headers: { "retry-after": "1" }, contentType: "application/problem+json", body: '{"code":"unavailable"}' };
  await person.page.route(address, (route) => route.fulfill(busy));
  sockets.areSilent = true; // what the page shows then it has read itself
  await person.page.reload();
  await person.go(screen);
  await person.sees("not-read");
  await person.show(`not-read-${shown}`);
  await person.press("retry-screen");
  await person.find("retry-screen").getByText("Try again").waitFor();
  await person.page.unroute(address);
  await person.sees(shown);
  sockets.areSilent = false;
}

/**
 * Answers to GET of a path are made at once, and come when they are released.
 * @param {import("../support/person.mjs").Person} person
 * @param {string} path
 * @returns {Promise<() => Promise<void>>}
 */
async function holdAnswers({ page }, path) {
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  const held = [];
  let isHolding = true;
  const handler = async (route) => {
    if (!isHolding || route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    held.push(released.then(() => route.fulfill({ response })));
  };
  await page.route(`**${path}`, handler);
  await page.evaluate(() => dispatchEvent(new Event("hashchange"))); // the screen reads what it needs
  await page.waitForTimeout(500);
  isHolding = false; // whoever saves reads anew, and has the answer
  return async () => {
    assert.ok(held.length > 0, "an answer is on its way");
    release();
    await Promise.all(held);
    await page.waitForTimeout(500); // it has had its effect, if it has one
  };
}

/** Sockets of notifications that say nothing where they are asked to. */
async function silenceable({ page }) {
  const sockets = { areSilent: false };
  await page.routeWebSocket(/\/ws\/notifications/, (socket) => {
    if (!sockets.areSilent) socket.connectToServer();
  });
  return sockets;
}
