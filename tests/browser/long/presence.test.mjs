import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 180 } });

const DOT = '[data-testid="room-online"]';

story("the list of conversations shows who is here, in every tab, and nobody who only seems to be", async (scene) => {
  const [uma, vic] = await scene.members("Uma", "Vic");
  await meet(uma, vic);
  for (const person of [uma, vic]) await person.press("keep");
  for (const person of [uma, vic]) await person.press("continue-chat");
  const first = uma.page;
  await uma.go("conversations");
  await uma.sees("room-online");
  assert.equal(await uma.reads("room-online"), "online", "it is said, not only shown");
  await uma.openTab("/#/conversations");
  await uma.sees("room-online");
  await uma.inspect("conversations-online");

  await vic.page.close();
  for (const tab of [first, uma.page]) await tab.locator(DOT).waitFor({ state: "detached" });
  await uma.press("conversation");
  await uma.find("presence", { "data-online": "false" }).waitFor();
  await vic.openTab("/#/profile");
  await first.locator(DOT).waitFor();
  await uma.find("presence", { "data-online": "true" }).waitFor();

  for (const person of [uma, vic]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await scene.server.kill();
  await first.locator(DOT).waitFor({ state: "detached" });
  await scene.server.start();
  await first.locator(DOT).waitFor({ timeout: 30_000 });
  assert.equal(await first.locator(DOT).count(), 1);
});
