import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { tabTo } from "../support/keyboard.mjs";
import { openStage } from "../support/stage.mjs";

const EXTENSION_S = 20;
const story = openStage({ room: { countdown_secs: 63, notification_secs: 24, extension_secs: EXTENSION_S } });

story("the time is called out at its marks, who asks for more gives it to both, and the answer needs no mouse", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  await meet(ada, ben);
  await ada.page.evaluate(keepTimeCalls);
  const keys = ada.page.keyboard;
  await tabTo(ada, '[data-testid="message-input"]');
  await keys.type("half a sen");

  for (const person of [ada, ben]) await person.sees("decision", {}, 80_000);
  assert.equal(await ada.page.evaluate(() => document.activeElement.id), "message-input", "the question takes nobody's focus");
  await ada.page.waitForFunction(() => window.timeCalls.at(-1)?.includes("left to decide"));
  const [first, ...calls] = await ada.page.evaluate(() => window.timeCalls);
  assert.match(first, /^1 min \d sec left\.$/);
  assert.deepEqual(calls.slice(0, -1), ["1 min left.", "30 sec left.", "10 sec left."]);
  assert.match(calls.at(-1), /^Time is up\. 2\d sec left to decide\.$/);

  const read = await scene.server.device(ada);
  const status = async () => read(`/simple-countdown/status/${await ada.roomId()}`);
  const before = Date.parse((await status()).ends_at);
  await tabTo(ada, '[data-testid="more-time"]', "Shift+Tab");
  await keys.press("Enter");
  await ben.page.waitForFunction(showsMoreThan, 24);
  await ben.press("more-time");
  await ada.page.waitForFunction(showsMoreThan, 24 + EXTENSION_S);
  const { ends_at, state } = await status();
  assert.equal(state, "notification");
  assert.ok(Math.abs(Date.parse(ends_at) - before - 2 * EXTENSION_S * 1000) < 100, "each of them has added once");
  for (const person of [ada, ben]) await person.seesTimeUntil(Date.parse(ends_at));

  await tabTo(ada, '[data-testid="keep"]', "Shift+Tab");
  await keys.press("Enter");
  await ada.sees("answered", { "data-response": "keep" });
  await ben.press("keep");
  await ada.sees("outcome", { "data-outcome": "kept" });
  await tabTo(ada, '[data-testid="continue-chat"]');
  await keys.press("Enter");
  await tabTo(ada, '[data-testid="message-input"]');
  await keys.type("tence");
  await keys.press("Enter");
  await ben.hears("half a sentence");
});

/** Runs in the page: all that is called out of the time, from now on and just before. */
function keepTimeCalls() {
  const call = document.querySelector('[data-testid="time-call"]');
  window.timeCalls = [];
  const keep = () => {
    const words = call.textContent.trim();
    if (words !== "" && window.timeCalls.at(-1) !== words) window.timeCalls.push(words);
  };
  keep();
  new MutationObserver(keep).observe(call, { subtree: true, childList: true, characterData: true });
}

/** Runs in the page. @param {number} seconds */
function showsMoreThan(seconds) {
  const [minutes, rest] = document.querySelector('[data-testid="countdown-text"]').textContent.trim().split(":").map(Number);
  return minutes * 60 + rest > seconds;
}
