import assert from "node:assert/strict";
import { meet, PHONE } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage({ room: { countdown_secs: 60 } });
const KEYBOARD_PX = 320;

const SMALL = { ...PHONE, viewport: { width: 320, height: 640 } };

story("on a small phone what is pressed next is in sight without scrolling, and a name has room", async (scene) => {
  const anna = await scene.enter("Maximiliane", { device: SMALL });
  for (const language of ["en", "vi", "de"]) {
    await anna.find("language").selectOption(language);
    await anna.page.waitForFunction((lang) => document.documentElement.lang === lang, language);
    assert.ok(await bottomOf(anna, "go-signup") <= SMALL.viewport.height, `the way in, ${language}`);
    await anna.show(`small-landing-${language}`, { schemes: ["light", "dark"] });
  }
  await anna.find("language").selectOption("en");
  await anna.page.waitForFunction(() => document.documentElement.lang === "en");
  await anna.becomeMember();
  await anna.joinQueue();
  await anna.sees("waiting");
  const bar = await anna.page.locator(".nav").boundingBox();
  assert.ok(await bottomOf(anna, "leave-queue") <= bar.y, "the way out of the queue");
  await anna.show("small-waiting", { schemes: ["light", "dark"] });

  const [jon] = await scene.members("Maximilian Jonathan");
  await jon.joinQueue();
  await Promise.all([anna, jon].map((person) => person.press("start-chatting")));
  await anna.sees("countdown-text");
  const name = await anna.page.locator(".chat-name").boundingBox();
  assert.ok(name.width >= 130, `the name has ${name.width} px`);
  await anna.show("small-chat", { schemes: ["light", "dark"] });
  await anna.press("open-peer");
  await anna.press("leave-from-panel");
  await anna.sees("leave-question");
  await anna.press("confirm-leave");
  await anna.sees("outcome");
});

/** Where it ends, in px from the upper edge of the window. */
async function bottomOf(person, testId) {
  const { y, height } = await person.find(testId).boundingBox();
  return y + height;
}

story("on a phone the newest message stays in sight, and leaving is asked first", async (scene) => {
  const [lia, jon] = await Promise.all([scene.enter("Lia", { device: PHONE }), scene.enter("Jon")]);
  await Promise.all([lia, jon].map((person) => person.becomeMember()));
  await meet(lia, jon);
  for (let line = 1; line <= 12; line += 1) await jon.say(`line ${line}`);
  await lia.hears("line 12");
  await isInSight(lia, "line 12");

  const { width, height } = PHONE.viewport;
  await lia.page.setViewportSize({ width, height: height - KEYBOARD_PX });
  await isInSight(lia, "line 12");
  await jon.say("line 13");
  await lia.hears("line 13");
  await isInSight(lia, "line 13");
  await lia.page.setViewportSize({ width, height });

  await lia.find("messages").evaluate((log) => (log.scrollTop = 0));
  await jon.say("line 14");
  await lia.hears("line 14");
  assert.equal(await lia.find("messages").evaluate((log) => log.scrollTop), 0, "who reads older words is left alone");

  await lia.press("leave-room");
  await lia.sees("leave-question");
  await lia.show("20-leave-question");
  await lia.press("stay");
  assert.equal(await lia.find("leave-question").count(), 0);
  await lia.press("leave-room");
  await lia.press("confirm-leave");
  for (const person of [lia, jon]) {
    await person.sees("outcome", { "data-outcome": "ended" });
    assert.equal(await person.find("outcome").getAttribute("data-reason"), "left");
  }
  assert.equal(await jon.reads("outcome"), await lia.reads("outcome"), "nobody learns who left");
});

/** Waits until the whole message is between the head and the foot of the chat. */
async function isInSight(person, text) {
  const message = person.find("message-text").getByText(text, { exact: true });
  const isVisible = async () => message.evaluate((element) => {
    const log = element.closest('[data-testid="messages"]').getBoundingClientRect();
    const { top, bottom } = element.getBoundingClientRect();
    return top >= log.top && bottom <= log.bottom;
  });
  for (let looks = 0; looks < 20; looks += 1) {
    if (await isVisible()) return;
    await person.page.waitForTimeout(100);
  }
  assert.fail(`“${text}” is out of sight`);
}
