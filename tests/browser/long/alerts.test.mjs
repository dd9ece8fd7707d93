// What a person has answered about being called back: changed later, heard by other tabs, and what the browser itself refuses.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { hidePage, isShown, showPage, shownTo } from "../support/alerts.mjs";
import { endSessionOf } from "../support/device.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 100 } });

story("a notification of the first visit waits until there is a worker that shows it, and for as long as somebody is there for whom", async (scene) => {
  const [eva, kai, una, rob] = await scene.members("Eva", "Kai", "Una", "Rob");
  // One after the other: a worker is waited for no longer than half a minute.
  const showEva = await calledWithoutWorker(eva, kai);
  await setTimeout(500); // other tabs are asked first
  assert.deepEqual(await shownTo(eva.page), []);
  showEva();
  await isShown(eva.page, "still there?");

  const showUna = await calledWithoutWorker(una, rob);
  await endSessionOf(scene.server, una);
  showUna();
  await una.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await setTimeout(500); // whatever would be shown
  assert.deepEqual(await shownTo(una.page), [], "she is not here any more");
});

/** Two meet, and one is written to who looks elsewhere, while there is no worker yet. @returns {Promise<() => void>} lets the worker start */
async function calledWithoutWorker(one, other) {
  await one.context.grantPermissions(["notifications"]);
  const goOn = await holdWorker(one);
  await meet(one, other);
  await one.say("hello");
  await one.press("allow-alerts");
  await one.find("offer-alerts").waitFor({ state: "detached" });
  await one.page.evaluate(hidePage);
  for (const text of ["are you there?", "still there?"]) {
    await other.say(text);
    await one.hears(text);
  }
  return goOn;
}

story("the answer is changed on the account's screen, and every tab of the browser knows it", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await ida.context.grantPermissions(["notifications"]);
  await meet(ida, tim);
  const first = ida.page;
  await ida.openTab("/#/account");
  await ida.sees("alerts");
  assert.equal(await ida.find("alert-sound").isChecked(), false);
  await ida.inspect("alerts");

  ida.page = first;
  await first.bringToFront();
  await ida.say("hello Tim");
  await ida.press("allow-alerts");
  await ida.find("offer-alerts").waitFor({ state: "detached" });
  const [, second] = ida.context.pages();
  await second.waitForFunction(() => ["alert-sound", "alert-notices"].every((id) => document.querySelector(`[data-testid="${id}"]`).checked));
  await second.bringToFront();
  await second.getByTestId("alert-notices").uncheck();
  await second.waitForFunction(() => !document.querySelector('[data-testid="alert-notices"]').checked);
  for (const page of [first, second]) await page.evaluate(hidePage);
  await tim.say("are you there?");
  await ida.hears("are you there?");
  await setTimeout(500); // other tabs are asked first
  assert.deepEqual(await shownTo(first), []);
  await second.evaluate(showPage);
  await second.getByTestId("alert-notices").check();
  await second.evaluate(hidePage);
  await tim.say("and now?");
  await isShown(first, "and now?");
});

story("a browser that refuses notifications is told of, and the sound stays", async (scene) => {
  const [una, rob] = await scene.members("Una", "Rob");
  const session = await una.context.newCDPSession(una.page);
  const { targetInfo } = await session.send("Target.getTargetInfo");
  await session.send("Browser.setPermission", {
    permission: { name: "notifications" }, setting: "denied", origin: una.origin, browserContextId: targetInfo.browserContextId,
  });
  await una.page.reload();
  await una.sees("profile-form");
  await meet(una, rob);
  await una.say("hello Rob");
  await una.press("allow-alerts");
  await una.find("notice").getByText("does not let the page show notifications").waitFor();
  await una.go("account");
  await una.sees("no-notices", { "data-why": "denied" });
  assert.equal(await una.find("alert-sound").isChecked(), true);
  assert.equal(await una.find("alert-notices").count(), 0);
  await una.find("notice").getByRole("button").click();
  await una.find("notice").waitFor({ state: "detached" });
  await una.inspect("alerts-denied");
});

story("a browser without notifications is offered the sound", async (scene) => {
  const [amy, jon] = await scene.members("Amy", "Jon");
  await amy.context.addInitScript(() => delete window.Notification);
  await amy.page.reload();
  await amy.sees("profile-form");
  await meet(amy, jon);
  await amy.say("hello Jon");
  await amy.press("allow-alerts");
  await amy.find("offer-alerts").waitFor({ state: "detached" });
  await amy.go("account");
  await amy.sees("no-notices", { "data-why": "missing" });
  assert.equal(await amy.find("alert-sound").isChecked(), true);
});

/** As at the first visit: the page is loaded anew, and its worker has not read any of its files. @param {import("../support/person.mjs").Person} person @returns {Promise<() => void>} lets it read them */
async function holdWorker({ context, page }) {
  await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).unregister()));
  /** @type {() => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await context.route("**/*", async (route) => {
    if (route.request().serviceWorker() !== null) await released;
    await route.fallback();
  });
  await page.reload();
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.installing);
  return release;
}
