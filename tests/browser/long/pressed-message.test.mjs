// On a phone, where nothing points: the time of a message, and its words to take along.
import assert from "node:assert/strict";
import { meet, PHONE } from "../support/person.mjs";
import { png } from "../support/pixels.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 110 } });
const BOTH_SCHEMES = { schemes: ["light", "dark"] };

story("a press on a message shows its time and what copies it, by finger and by keyboard, and a picture has no stripe beside it", async (scene) => {
  const [una, leo] = await Promise.all([scene.enter("Una", { device: PHONE }), scene.enter("Leo")]);
  await Promise.all([una, leo].map((person) => person.becomeMember()));
  await una.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await meet(una, leo);
  for (const text of ["one", "two, and some more words that need a second line on a phone", "three"]) await leo.say(text);
  await una.hears("three");
  assert.deepEqual(await shownParts(una, 0), [], "every pixel is for the words");

  for (const [index, text] of [[0, "one"], [1, "two, and some more words that need a second line on a phone"]]) {
    await una.find("bubble").nth(index).tap();
    assert.deepEqual(await shownParts(una, index), ["copy", "message-time"]);
    if (index === 1) await una.show("54-pressed-message", BOTH_SCHEMES);
    await una.find("copy").nth(index).tap();
    await una.page.waitForFunction(async (words) => (await navigator.clipboard.readText()) === words, text);
  }
  assert.deepEqual(await shownParts(una, 0), [], "one message at a time");
  await una.find("copy").last().focus();
  assert.deepEqual(await shownParts(una, 1), []);
  await una.page.keyboard.press("ArrowUp");
  assert.deepEqual(await shownParts(una, 1), ["copy", "message-time"]);

  await una.find("file-input").setInputFiles({ name: "hill.png", mimeType: "image/png", buffer: png(640, 420) });
  await una.sees("upload", { "data-state": "done" });
  await una.press("send");
  await una.sees("message", { "data-mine": "true", "data-state": "sent" });
  await una.page.waitForFunction(() => document.querySelector(".picture-sharp")?.hasAttribute("data-arrived"));
  const [left, right] = await una.find("picture").evaluate((picture) => {
    const [inner, outer] = [picture, picture.closest(".bubble")].map((each) => each.getBoundingClientRect());
    return [inner.left - outer.left, outer.right - inner.right];
  });
  assert.ok(Math.abs(left - right) < 1, `${left} px before the picture, ${right} px behind it`);
  await una.find("bubble").nth(1).tap();
  await una.show("55-own-picture", BOTH_SCHEMES);
  await una.inspect("54-pressed-message");
});

/** What of a message can be seen beside its words: the test ids of it. */
async function shownParts(person, index) {
  return person.find("message").nth(index).evaluate((message) =>
    [...message.querySelectorAll(".copy, .when")]
      .filter((each) => each.getBoundingClientRect().width > 10 && getComputedStyle(each).opacity === "1")
      .map(({ dataset }) => dataset.testid).sort());
}
