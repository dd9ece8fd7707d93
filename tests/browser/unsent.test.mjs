import assert from "node:assert/strict";
import { openNewerDatabase } from "./support/newer-database.mjs";
import { meet, Person } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";
import { OUTAGE } from "./support/watch.mjs";

const story = openStage({ room: { countdown_secs: 240 }, nats: { request_timeout_ms: 500 } });

story("a broker that comes back with an older copy loses nothing that a page or a browser still holds", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  await server.kill();
  const copy = await server.copyBroker();
  await server.start();
  await backOnline(ana, tom);

  // The broker has them and the database does not.
  const release = await server.holdDatabase();
  await ana.say("from a tab that is closed");
  await tom.hears("from a tab that is closed");
  await tom.say("from a tab that stays open");
  await ana.hears("from a tab that stays open");
  for (const person of [ana, tom]) await person.sees("message", { "data-mine": "true", "data-state": "sent" });
  assert.equal((await kept(ana)).length, 1);
  const room = await ana.roomId();
  await ana.page.close();
  await server.kill();
  await server.restoreBroker(copy);
  await release();
  await server.start();

  await ana.openTab(`/#/room/${room}`);
  await ana.hears("from a tab that is closed");
  await ana.hears("from a tab that stays open");
  await tom.hears("from a tab that is closed");
  await ana.say("welcome back");
  await tom.hears("welcome back");
  for (const person of [ana, tom]) await untilNothingIsKept(person);
  const read = await server.device(ana);
  const { items } = await read(`/chat/rooms/${room}/messages`);
  const texts = items.map(({ text }) => text);
  assert.deepEqual([texts[0], texts.at(-1)], ["hello", "welcome back"]);
  assert.deepEqual(texts.toSorted(), ["from a tab that is closed", "from a tab that stays open", "hello", "welcome back"]);
  for (const person of [ana, tom]) {
    const shown = await person.messages();
    assert.deepEqual(shown.map(({ seq, text }) => ({ seq, text })), items.map(({ seq, text }) => ({ seq, text })));
    assert.ok(shown.every(({ state }) => state === "sent" || state === "received"));
  }
});

story("what a closed tab could not send goes out from the next one, and never from somebody else's", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const room = await ana.roomId();
  await server.kill();
  await ana.say("written without a server");
  await ana.sees("message", { "data-state": "sending" });
  await ana.page.close();
  await server.start();
  await ana.openTab(`/#/room/${room}`);
  await tom.hears("written without a server");
  await untilNothingIsKept(ana);

  // Nobody's session is left in the browser when the next one comes to it.
  await server.kill();
  await ana.say("only for Tom");
  assert.equal((await kept(ana)).length, 1);
  await ana.page.close();
  await server.start();
  await ana.context.clearCookies();
  ana.watch.expect(/^401 POST \/auth\/refresh$/);
  await ana.openTab("/");
  await ana.sees("go-signup");
  await untilNothingIsKept(ana);
  assert.ok(!(await tom.messages()).some(({ text }) => text === "only for Tom"));
});

story("a browser that keeps nothing says so, and what is written still goes out", async (scene) => {
  const [ana, tom] = await talking(scene);
  ana.watch.expect(/^console error: unsent messages are not kept/, Infinity);
  await ana.page.evaluate(openNewerDatabase);
  await ana.say("there is no room for this one");
  await ana.sees("unkept");
  await ana.show("18-nothing-is-kept", { schemes: ["light", "dark"] });
  await tom.hears("there is no room for this one");
  await ana.sees("message", { "data-mine": "true", "data-state": "sent" });
  await ana.page.evaluate(() => indexedDB.deleteDatabase("webchat"));
  await ana.say("and now there is");
  await tom.hears("and now there is");
  await ana.find("unkept").waitFor({ state: "detached" });
});

story("each message of one's own says how far it is", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  await server.kill();
  await ana.say("on its way");
  await ana.sees("message", { "data-state": "sending" });
  await ana.show("19-message-states", { schemes: ["light", "dark"] });
  await server.start();
  await tom.hears("on its way");
  await ana.find("message", { "data-state": "sending" }).waitFor({ state: "detached" });
  const states = (await ana.messages()).map(({ text, state }) => [text, state]);
  assert.deepEqual(states, [["hello", "sent"], ["on its way", "sent"]]);
});

story("a broker that is away for some seconds fails no message: all go out by themselves, once and in order", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const texts = ["first", "second", "third"];
  await ana.page.evaluate(watchForFailures);
  await server.withoutBroker(async () => {
    for (const text of texts) await ana.say(text);
    await ana.sees("message", { "data-state": "sending" });
    // Longer than the server waits for the broker: it has answered each of them with an error by then.
    await ana.page.waitForTimeout(8_000);
  });
  for (const text of texts) await tom.hears(text);
  await untilNothingIsKept(ana);
  assert.ok(ana.frames.some(({ type, code }) => type === "error" && code === "unavailable"), "the outage was noticed");
  assert.equal(await ana.page.evaluate(() => window.everFailed), false);
  for (const person of [ana, tom]) assert.deepEqual((await person.messages()).map(({ text }) => text), ["hello", ...texts]);
});

story("when the room ends, what was acknowledged is kept until it is stored, and is not lost from sight", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const release = await server.holdDatabase();
  await ana.say("the broker alone has this");
  await tom.hears("the broker alone has this");
  await ana.sees("message", { "data-mine": "true", "data-state": "sent" });
  await endChat(tom);
  await ana.sees("outcome");
  assert.equal((await kept(ana)).length, 1, "it is not stored yet");
  const room = await ana.roomId();
  await ana.go("conversations");
  await ana.go(`room/${room}`);
  await ana.hears("the broker alone has this");
  assert.equal((await kept(ana)).length, 1, "nor when the room is opened again");
  await release();
  await ana.page.waitForTimeout(2_000); // what is still to be written has been written by then
  await ana.page.reload();
  await ana.hears("the broker alone has this");
  await untilNothingIsKept(ana);
  assert.deepEqual((await ana.messages()).map(({ text, state }) => [text, state]), [["hello", "sent"], ["the broker alone has this", "sent"]]);
});

story("what a closed tab could not send before the room ended is shown as not sent", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const room = await ana.roomId();
  await server.kill();
  await ana.say("too late");
  await ana.sees("message", { "data-state": "sending" });
  await ana.page.close();
  await server.start();
  await backOnline(tom);
  await endChat(tom);
  ana.watch.expect(/^409 POST \/chat\/rooms\/[^/]+\/messages$/);
  await ana.openTab(`/#/room/${room}`);
  await ana.sees("message", { "data-state": "failed" });
  assert.deepEqual((await ana.messages()).map(({ text, state }) => [text, state]), [["hello", "sent"], ["too late", "failed"]]);
  assert.equal(await ana.find("retry").count(), 0, "an ended chat takes no more messages");
});

/** @param {Person} person */
async function endChat(person) {
  await person.press("leave-room");
  await person.press("confirm-leave");
  await person.sees("outcome");
}

/** Two people who have met, and whose first message is stored. */
async function talking(scene) {
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  await ana.say("hello");
  await tom.hears("hello");
  await untilNothingIsKept(ana);
  return [ana, tom];
}

/** @param {Person[]} people */
async function backOnline(...people) {
  for (const person of people) await person.find("presence", { "data-online": "true" }).waitFor();
}

/** What the browser keeps of unsent messages, of everybody. @param {Person} person */
async function kept({ page }) {
  return page.evaluate(() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("webchat");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction("unsent").objectStore("unsent").getAll();
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result);
      };
    };
  }));
}

/** Runs in the page: whether a message is ever shown as failed. */
function watchForFailures() {
  window.everFailed = false;
  const look = () => (window.everFailed ||= document.querySelector('[data-testid="message"][data-state="failed"]') !== null);
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}

async function untilNothingIsKept(person) {
  const deadline = Date.now() + 20_000;
  let left = await kept(person);
  while (left.length > 0 && Date.now() < deadline) {
    await person.page.waitForTimeout(100);
    left = await kept(person);
  }
  assert.deepEqual(left, []);
}
