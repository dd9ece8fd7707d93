import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { hidePage } from "../support/alerts.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 60 } });
const SHOWN_WITHIN_MS = 15_000;
const BOTH_SCHEMES = { schemes: ["light", "dark"] };

story("who waits sees whom a wish leaves out, and gives it up with one click", async (scene) => {
  const [ada, eve] = await Promise.all(["Ada", "Eve"].map((name) => scene.enter(name)));
  for (const person of [ada, eve]) {
    await person.signUp();
    await person.chooseProfile({ gender: "woman" });
  }
  await ada.page.locator('input[name="preferred_genders"][value="man"]').check();
  for (const person of [ada, eve]) await person.saveProfile();
  await eve.joinQueue();
  await eve.sees("waiting");
  await ada.joinQueue();
  await ada.sees("filter", { "data-name": "gender" });
  assert.match(await ada.reads("filter"), /may leave out people/, "so few people are not counted");
  await ada.show("22-waiting-filtered", BOTH_SCHEMES);
  await ada.narrow();
  await ada.show("22-waiting-filtered", BOTH_SCHEMES);

  await ada.press("relax");
  await Promise.all([ada, eve].map((person) => person.press("start-chatting")));
  const read = await scene.server.device(ada);
  assert.deepEqual((await read("/users/me/profile")).preferred_genders, []);
  await ada.say("hello after all");
  await eve.hears("hello after all");
});

story("the way back out of a meeting leads past the waiting room, and the meeting goes on", async (scene) => {
  const [una, rob] = await scene.members("Una", "Rob");
  await una.joinQueue();
  await una.sees("waiting");
  await rob.joinQueue();
  await una.press("start-chatting");
  const room = await una.roomId();
  await una.page.goBack();
  await una.sees("profile-form");
  await una.sees("meeting");
  await una.page.goForward();
  await una.sees("message-input");
  assert.equal(await una.roomId(), room);
});

story("alerts are offered after the first message, once, and bring back who has gone elsewhere", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await ida.context.grantPermissions(["notifications"]);
  await ida.context.addInitScript(countTones);
  await ida.go("wait");
  await ida.sees("join-queue");
  assert.equal(await ida.find("sound").count(), 0, "nothing is offered before");
  await ida.press("join-queue");
  await tim.joinQueue();
  await Promise.all([ida, tim].map((person) => person.press("start-chatting")));
  await tim.say("hello");
  await ida.hears("hello");
  assert.equal(await ida.find("offer-alerts").count(), 0, "nothing is offered before one's own first message");
  await ida.say("hello Tim");
  await ida.press("allow-alerts");
  await ida.find("offer-alerts").waitFor({ state: "detached" });
  await tim.hears("hello Tim");

  await tim.say("seen as it comes");
  await ida.hears("seen as it comes");
  assert.deepEqual(await ida.page.evaluate(shownNotifications), [], "who looks at the page sees it");
  await ida.page.evaluate(hidePage);
  await tim.say("are you there?");
  assert.deepEqual(await firstShown(ida.page), [{ title: "Tim", body: "are you there?" }]);
  await tim.say("hello?");
  await ida.page.waitForFunction(newestIs, "hello?");
  await ida.page.reload();
  await ida.hears("hello?");
  assert.equal(await ida.find("offer-alerts").count(), 0, "the answer is remembered");
  assert.equal(await ida.page.evaluate(() => window.tones), 0);
  await ida.page.keyboard.press("Shift");
  await ida.page.evaluate(hidePage);
  await tim.say("a sound, too");
  await ida.page.waitForFunction(() => window.tones > 0);

  await tim.press("refuse-alerts");
  await tim.page.reload();
  await tim.hears("hello?");
  assert.equal(await tim.find("offer-alerts").count(), 0);
});

story("who looks at one tab is not called by another", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await ida.context.grantPermissions(["notifications"]);
  await ida.joinQueue();
  await ida.sees("waiting");
  await tim.joinQueue();
  await Promise.all([ida, tim].map((person) => person.press("start-chatting")));
  await ida.say("hello Tim");
  await ida.press("allow-alerts");
  await tim.hears("hello Tim");
  const behind = ida.page;
  await ida.openTab("/#/conversations");
  await ida.sees("conversation");
  await ida.sees("meeting", { "data-state": "countdown" }); // and a new tab is not taken there
  await behind.evaluate(hidePage);
  await tim.say("seen in the other tab");
  await ida.find("last-message").getByText("seen in the other tab").waitFor();
  await setTimeout(1_500); // the tab behind has asked, and waits for no answer any more
  assert.deepEqual(await behind.evaluate(shownNotifications), []);

  await ida.page.evaluate(hidePage);
  await tim.say("seen nowhere");
  assert.deepEqual(await firstShown(behind), [{ title: "Tim", body: "seen nowhere" }]);
});

/** Runs in the page: what the system shows of it. */
async function shownNotifications() {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker.getNotifications()).map(({ title, body }) => ({ title, body }));
}

/** Runs in the page. */
async function newestIs(text) {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker.getNotifications()).some(({ body }) => body === text);
}

/** What the system shows once it shows anything, in one look: some seconds later it takes a notification away by itself. */
async function firstShown(page) {
  const deadline = Date.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const shown = await page.evaluate(shownNotifications);
    if (shown.length > 0) return shown;
    assert.ok(Date.now() < deadline, "the system should show a notification, and shows none");
    await setTimeout(50);
  }
}

/** Runs in the page, before anything else. */
function countTones() {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) {
    window.tones += 1;
    return start.apply(this, at);
  };
}
