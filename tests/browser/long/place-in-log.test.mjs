// Where a reader is in a conversation stays so, whatever comes and however the window changes.
import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { png } from "../support/pixels.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 110 } });
const UPRIGHT = { width: 390, height: 844 };
const LYING = { width: 844, height: 390 };
const LEAST_PX = 48;
const LONG_LINE = "a line of words that breaks into several once the window is as narrow as a phone is, and not before that";

const picture = (width, height) => ({ name: `${width}x${height}.png`, mimeType: "image/png", buffer: png(width, height) });

story("pictures of any shape leave the newest message in sight, at both sides, and can be hit by a finger", async (scene) => {
  const [ann, ben] = await scene.members("Ann", "Ben");
  await meet(ann, ben);
  await talk(ann, ben, 14);
  for (const [width, height] of [[900, 1600], [640, 420], [60, 2000], [2000, 60]]) {
    await sendPicture(ann, picture(width, height));
    await Promise.all([ann, ben].map(areShown));
    for (const person of [ann, ben]) await isAtEnd(person, `after ${width} × ${height}`);
  }
  await ann.say("below the pictures");
  await ben.hears("below the pictures");
  for (const person of [ann, ben]) {
    await isAtEnd(person, "after what was said below");
    const sizes = await person.find("picture").evaluateAll((all) => all.map((each) => [each.offsetWidth, each.offsetHeight]));
    assert.ok(sizes.flat().every((px) => px >= LEAST_PX), `${person.name} can hit ${sizes.join(" · ")}`);
  }
  await ann.find("receipt").getByText("Seen").waitFor();
  await ann.show("52-pictures-of-any-shape", { schemes: ["light", "dark"] });
  await ben.page.setViewportSize({ width: 320, height: 640 });
  await isAtEnd(ben, "in a narrow window");
  await ben.show("52-pictures-of-any-shape", { schemes: ["light", "dark"] });
});

story("turning the phone keeps the newest message in sight, and older words where they are read", async (scene) => {
  const [eva, tom] = await scene.members("Eva", "Tom");
  await meet(eva, tom);
  await tom.page.setViewportSize(LYING);
  await talk(eva, tom, 16, LONG_LINE);
  await isAtEnd(tom, "lying");
  await tom.page.setViewportSize(UPRIGHT);
  await isAtEnd(tom, "upright");
  await eva.say("after the turn");
  await tom.hears("after the turn");
  await isAtEnd(tom, "with what was said after it");
  assert.equal(await tom.find("to-end").count(), 0);

  await tom.find("message").nth(5).evaluate((line) => {
    const log = line.closest("#log");
    log.scrollTop += line.getBoundingClientRect().top - log.getBoundingClientRect().top;
  });
  await tom.sees("to-end");
  for (const size of [LYING, UPRIGHT]) {
    await tom.page.setViewportSize(size);
    await frames(tom);
    const off = await offsetOf(tom, 5);
    assert.ok(Math.abs(off) < 5, `the line that was read is ${off} px from the top at ${size.width} px`);
  }
  await eva.say("while Tom reads");
  await tom.hears("while Tom reads");
  assert.ok(Math.abs(await offsetOf(tom, 5)) < 5, "who reads older words is left alone");
});

story("a reader of older words is not moved by pictures that come late", async (scene) => {
  const [kim, lou] = await scene.members("Kim", "Lou");
  await meet(kim, lou);
  await sendPicture(kim, picture(640, 420), picture(300, 900));
  await talk(kim, lou, 24);
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = resolve));
  await lou.page.route("**/files/*", async (route) => {
    await held;
    await route.continue();
  });
  await lou.page.reload();
  await lou.hears(`23 ${"word"}`);
  await isAtEnd(lou, "before any picture is here");
  await lou.find("messages").evaluate((log) => (log.scrollTop -= 260));
  await lou.sees("to-end");
  const line = 12;
  const before = await offsetOf(lou, line);
  letGo();
  await areShown(lou);
  assert.equal(await offsetOf(lou, line), before);
});

/** So many messages of one, which the other has. */
async function talk(one, other, count, words = "word") {
  for (let line = 0; line < count; line += 1) await one.say(`${line} ${words}`);
  await other.hears(`${count - 1} ${words}`);
}

/** @param {import("../support/person.mjs").Person} person */
async function sendPicture(person, ...files) {
  await person.find("file-input").setInputFiles(files);
  await person.page.waitForFunction((count) => document.querySelectorAll('[data-testid="upload"][data-state="done"]').length === count, files.length);
  await person.press("send");
  await person.find("upload").first().waitFor({ state: "detached" });
}

/** Until every picture of the conversation is here, and drawn. */
async function areShown(person) {
  await person.sees("picture");
  await person.page.waitForFunction(() => [...document.querySelectorAll(".picture-sharp")].every((each) => each.hasAttribute("data-arrived")));
  await frames(person);
}

/** Until the browser has laid out and drawn what has changed. */
async function frames({ page }) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** The log ends where its window ends. */
async function isAtEnd(person, when) {
  await frames(person);
  const left = await person.find("messages").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  assert.ok(left < 5, `${person.name} is ${left} px from the end, ${when}`);
}

/** How far below the upper edge of the log a message begins, in pixels. */
async function offsetOf(person, index) {
  return person.find("message").nth(index).evaluate((line) =>
    Math.round(line.getBoundingClientRect().top - line.closest("#log").getBoundingClientRect().top));
}
