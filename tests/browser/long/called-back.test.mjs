import assert from "node:assert/strict";
import { hidePage } from "../support/alerts.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

story("who follows a notification comes to the conversation that it is about, on the page that is open", async (scene) => {
  const [ida, tim] = await talkingWithAlerts(scene, "Ida", "Tim");
  const room = await ida.roomId();
  await ida.go("profile");
  await ida.sees("profile-form");
  await ida.page.evaluate(hidePage);
  await tim.say("are you there?");
  const worker = await workerOf(ida);
  while (!(await worker.evaluate(followNewest))) await ida.page.waitForTimeout(50);
  await ida.hears("are you there?");
  assert.equal(await ida.roomId(), room);
  assert.equal(ida.context.pages().length, 1);
  assert.deepEqual(await worker.evaluate(async () => (await registration.getNotifications()).length), 0, "it has done its work");
});

story("who follows a notification while another page of the site is in front comes to the client, not to that page", async (scene) => {
  const [ida, tim] = await talkingWithAlerts(scene, "Ida", "Tim");
  const client = ida.page;
  await ida.go("profile");
  await ida.sees("profile-form");
  await client.evaluate(hidePage);
  await ida.openTab("/docs");
  await tim.say("over here");
  const worker = await workerOf(ida);
  while (!(await worker.evaluate(followNewest))) await client.waitForTimeout(50);
  await client.getByTestId("message-text").getByText("over here", { exact: true }).waitFor();
  assert.match(new URL(ida.page.url()).pathname, /^\/docs/);
});

story("who follows a notification after the last page was closed comes to the conversation on a new one", async (scene) => {
  const [ada, ben] = await talkingWithAlerts(scene, "Ada", "Ben");
  const room = await ada.roomId();
  await ada.page.evaluate(hidePage);
  await ben.say("come back!");
  const worker = await workerOf(ada);
  while ((await worker.evaluate(countNotifications)) === 0) await ada.page.waitForTimeout(50);
  await ada.page.close();

  await worker.evaluate(noteOpened);
  assert.equal(await worker.evaluate(followNewest), true);
  await ada.openTab(await worker.evaluate(opened));
  await ada.hears("come back!");
  assert.equal(await ada.roomId(), room);
});

/** Two who talk, the first of whom wants to be called back. @returns {Promise<import("../support/person.mjs").Person[]>} */
async function talkingWithAlerts(scene, ...names) {
  const [one, other] = await scene.members(...names);
  await one.context.grantPermissions(["notifications"]);
  await meet(one, other);
  await one.say("hello");
  await one.press("allow-alerts");
  await one.find("offer-alerts").waitFor({ state: "detached" });
  return [one, other];
}

/** @param {import("../support/person.mjs").Person} person */
async function workerOf({ context }) {
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

/** Runs in the worker. */
async function countNotifications() {
  return (await registration.getNotifications()).length;
}

/** Runs in the worker: a window is opened for a person's own press only, so the story does it by hand. */
function noteOpened() {
  globalThis.opened = new Promise((resolve) => {
    clients.openWindow = async (address) => resolve(address);
  });
}

/** Runs in the worker. */
function opened() {
  return globalThis.opened;
}

/** Runs in the worker: presses the notification, once there is one. */
async function followNewest() {
  const [notification] = await registration.getNotifications();
  if (notification === undefined) return false;
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  return true;
}
