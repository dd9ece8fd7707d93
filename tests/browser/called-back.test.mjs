import assert from "node:assert/strict";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

story("who follows a notification comes to the conversation that it is about, on the page that is open", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await ida.context.grantPermissions(["notifications"]);
  await meet(ida, tim);
  await ida.say("hello");
  await ida.press("allow-alerts");
  await ida.find("offer-alerts").waitFor({ state: "detached" });
  const room = await ida.roomId();
  await ida.go("profile");
  await ida.sees("profile-form");
  await ida.page.evaluate(hidePage);
  await tim.say("are you there?");
  const worker = ida.context.serviceWorkers()[0] ?? (await ida.context.waitForEvent("serviceworker"));
  while (!(await worker.evaluate(followNewest))) await ida.page.waitForTimeout(50);
  await ida.hears("are you there?");
  assert.equal(await ida.roomId(), room);
  assert.equal(ida.context.pages().length, 1);
  assert.deepEqual(await worker.evaluate(async () => (await registration.getNotifications()).length), 0, "it has done its work");
});

story("who follows a notification while another page of the site is in front comes to the client, not to that page", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await ida.context.grantPermissions(["notifications"]);
  await meet(ida, tim);
  await ida.say("hello");
  await ida.press("allow-alerts");
  await ida.find("offer-alerts").waitFor({ state: "detached" });
  const client = ida.page;
  await ida.go("profile");
  await ida.sees("profile-form");
  await client.evaluate(hidePage);
  await ida.openTab("/docs");
  await tim.say("over here");
  const worker = ida.context.serviceWorkers()[0] ?? (await ida.context.waitForEvent("serviceworker"));
  while (!(await worker.evaluate(followNewest))) await client.waitForTimeout(50);
  await client.getByTestId("message-text").getByText("over here", { exact: true }).waitFor();
  assert.match(new URL(ida.page.url()).pathname, /^\/docs/);
});

story("who follows a notification after the last page was closed comes to the conversation on a new one", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  await ada.context.grantPermissions(["notifications"]);
  await meet(ada, ben);
  await ada.say("hello");
  await ada.press("allow-alerts");
  await ada.find("offer-alerts").waitFor({ state: "detached" });
  const room = await ada.roomId();
  await ada.page.evaluate(hidePage);
  await ben.say("come back!");
  const worker = ada.context.serviceWorkers()[0] ?? (await ada.context.waitForEvent("serviceworker"));
  while ((await worker.evaluate(countNotifications)) === 0) await ada.page.waitForTimeout(50);
  await ada.page.close();

  await worker.evaluate(noteOpened);
  assert.equal(await worker.evaluate(followNewest), true);
  await ada.openTab(await worker.evaluate(opened));
  await ada.hears("come back!");
  assert.equal(await ada.roomId(), room);
});

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

/** Runs in the page: as if another tab were in front. */
function hidePage() {
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Runs in the worker: presses the notification, once there is one. */
async function followNewest() {
  const [notification] = await registration.getNotifications();
  if (notification === undefined) return false;
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  return true;
}
