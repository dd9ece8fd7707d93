// What the system shows goes when it has nothing to say any more: looked at, read elsewhere, or nobody's who is signed in.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { hidePage, isShown, isTakenBack, keepShown, lookAway, lookBack, showPage, shownTo } from "../support/alerts.mjs";
import { cableOf } from "../support/cable.mjs";
import { endSessionOf } from "../support/device.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

story("a notification goes when its conversation is looked at, also when it is opened from the list", async (scene) => {
  const [eva, kai] = await talkingWithAlerts(scene, "Eva", "Kai");
  await eva.page.evaluate(hidePage);
  await kai.say("over here");
  await isShown(eva.page, "over here");
  await eva.page.evaluate(showPage);
  await isTakenBack(eva.page);

  await eva.go("conversations");
  await eva.sees("conversation");
  await eva.page.evaluate(hidePage);
  await kai.say("and here");
  await isShown(eva.page, "and here");
  await eva.page.evaluate(showPage);
  assert.deepEqual(await shownTo(eva.page), ["and here"], "it is not looked at yet");
  await eva.press("conversation");
  await eva.hears("and here");
  await isTakenBack(eva.page);
});

story("a window in sight that is not in front has read nothing: its person is called, and sees it as they come back", async (scene) => {
  const [lil, max] = await talkingWithAlerts(scene, "Lil", "Max");
  await lil.page.evaluate(lookAway);
  await max.say("over here");
  await lil.hears("over here");
  await isShown(lil.page, "over here");
  assert.match(await lil.page.title(), /^\(1\)/);
  await max.find("receipt").getByText("Sent", { exact: true }).waitFor();
  await lil.page.evaluate(lookBack);
  await max.find("receipt").getByText("Seen", { exact: true }).waitFor();
  await isTakenBack(lil.page);
  await lil.page.waitForFunction(() => !document.title.startsWith("("));
});

story("a notification goes when its conversation is read on another device, also while there was no connection", async (scene) => {
  const [ida, tim] = await talkingWithAlerts(scene, "Ida", "Tim");
  ida.watch.expect(OUTAGE[1], Infinity);
  const room = await ida.roomId();
  const phone = await comeAgain(scene, ida);
  await ida.go("conversations");
  const cable = await cableOf(ida);
  await ida.sees("conversation");
  await ida.page.evaluate(hidePage);
  await tim.say("are you there?");
  await isShown(ida.page, "are you there?");
  await phone.go(`room/${room}`);
  await phone.hears("are you there?");
  await isTakenBack(ida.page);

  await phone.go("profile");
  await phone.sees("profile-form");
  await tim.say("and now?");
  await isShown(ida.page, "and now?");
  await cable.pull();
  await phone.go(`room/${room}`);
  await phone.hears("and now?");
  const read = await scene.server.device(ida);
  while ((await read(`/chat/rooms/${room}`)).unread_count > 0) await setTimeout(50);
  assert.deepEqual(await shownTo(ida.page), ["and now?"], "nobody has told the page");
  await cable.put();
  await isTakenBack(ida.page);
});

story("a message calls once, also where another device has read the one before it", async (scene) => {
  const [ada, ben] = await talkingWithAlerts(scene, "Ada", "Ben");
  await ada.page.evaluate(hidePage);
  for (const text of ["one", "two"]) await ben.say(text);
  await isShown(ada.page, "two");
  await setTimeout(500); // whatever else would be shown
  const before = await ada.page.evaluate(() => window.shown);
  const { seq } = (await ben.messages()).find(({ text }) => text === "one");
  await readUpTo(ada, seq);
  while (!ada.frames.some(({ type, count, last_message }) => type === "unread" && count === 1 && last_message.seq > seq)) await setTimeout(50);
  await setTimeout(500);
  assert.equal(await ada.page.evaluate(() => window.shown), before);
  assert.deepEqual(await shownTo(ada.page), ["two"], "it is not read yet");
});

story("a session that is ended takes along what is shown", async (scene) => {
  const [una, rob] = await talkingWithAlerts(scene, "Una", "Rob");
  await una.page.evaluate(hidePage);
  await rob.say("call me at nine");
  await isShown(una.page, "call me at nine");
  await endSessionOf(scene.server, una);
  await isTakenBack(una.page);
});

story("a session that is ended takes along what was about to be shown", async (scene) => {
  const [amy, jon] = await talkingWithAlerts(scene, "Amy", "Jon");
  await amy.page.evaluate(hidePage);
  await amy.page.evaluate(() => void (window.before = new Promise((resolve) => (window.goOn = resolve))));
  await jon.say("call me at ten");
  await amy.page.waitForFunction(() => window.isShowing);
  await endSessionOf(scene.server, amy);
  await amy.page.evaluate(() => window.goOn());
  await amy.page.waitForFunction(() => window.shown === 1);
  await isTakenBack(amy.page);
});

/** Two who talk, the first of whom wants to be called back. @returns {Promise<import("../support/person.mjs").Person[]>} */
async function talkingWithAlerts(scene, ...names) {
  const [one, other] = await scene.members(...names);
  await one.context.grantPermissions(["notifications"]);
  await one.context.addInitScript(keepShown);
  await one.page.reload();
  await one.sees("profile-form");
  await one.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await meet(one, other);
  await one.say("hello");
  await one.press("allow-alerts");
  await one.find("offer-alerts").waitFor({ state: "detached" });
  return [one, other];
}

/** On another device of theirs. @param {import("../support/person.mjs").Person} person */
async function comeAgain(scene, { name, username, password }) {
  const phone = await scene.enter(name);
  await phone.press("go-login");
  await phone.fill({ username, password });
  await phone.press("login");
  await phone.sees("conversation");
  return phone;
}

/** By a device that has no more on its screen. @param {import("../support/person.mjs").Person} person @param {number} seq */
async function readUpTo(person, seq) {
  const { origin, username, password } = person;
  const body = JSON.stringify({ username, password });
  const signedIn = await fetch(`${origin}/auth/login`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { access_token } = await signedIn.json();
  await person.page.evaluate(([address, access_token, seq]) => {
    const socket = new WebSocket(address, ["webchat.v1", `bearer.${access_token}`]);
    socket.onmessage = ({ data }) => JSON.parse(data).type === "hello" && socket.send(JSON.stringify({ type: "read", seq }));
  }, [`${origin.replace("http", "ws")}/ws/chat/${await person.roomId()}`, access_token, seq]);
}
