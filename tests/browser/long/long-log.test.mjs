// A conversation of many hundred messages is as quick as a short one.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { HELD_MAX } from "../../../static/js/models/message-list.js";
import { uuid7 } from "../../../static/js/models/uuid7.js";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage();
const COUNT = 720;
const AT_ONCE = 6;

story("a flood of messages leaves a bounded log at its end, what was dropped comes back, and no key and no second draws the log", async (scene) => {
  const [kim, sam] = await scene.members("Kim", "Sam");
  await meet(kim, sam);
  const room = await kim.roomId();
  const [asKim, asSam] = await Promise.all([kim, sam].map((person) => scene.server.device(person)));
  await Promise.all([asKim, asSam].map((device) => device(`/chat/keep/${room}`, "POST")));
  await sam.go("conversations");
  for (let line = 0; line < COUNT; line += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) =>
      asSam(`/chat/rooms/${room}/messages`, "POST", { client_id: newId(), text: `line ${line + index}` })));
  }
  await asSam(`/chat/rooms/${room}/messages`, "POST", { client_id: newId(), text: "the last one" });
  await kim.hears("the last one");
  const shown = await kim.messages();
  assert.ok(shown.length <= HELD_MAX && shown.length >= HELD_MAX / 2, `${shown.length} rows`);
  assert.ok(await atEnd(kim));

  await kim.find("message-input").focus();
  await kim.page.evaluate(countLooksAtDates);
  await kim.page.keyboard.type("twenty keys, or more");
  await kim.page.waitForTimeout(2_100); // two seconds are drawn
  const looks = await kim.page.evaluate(() => window.looksAtDates);
  assert.ok(looks < shown.length, `the log was drawn: ${looks} looks at the dates of ${shown.length} messages`);
  assert.equal(await kim.find("message-input").inputValue(), "twenty keys, or more");
  await kim.press("send");
  await sam.go(`room/${room}`);
  await sam.hears("twenty keys, or more");

  await kim.find("messages").evaluate((log) => (log.scrollTop = 0));
  await kim.page.waitForFunction((seq) => Number(document.querySelector("[data-seq]").dataset.seq) < seq, shown[0].seq);
  const back = await kim.messages();
  assert.equal(new Set(back.map(({ seq }) => seq)).size, back.length);
  assert.ok(back.length > shown.length, "who reads older ones keeps the newer ones");
});

const newId = () => uuid7(Date.now(), randomBytes(10));

/** The log ends where its window ends. */
async function atEnd({ page }) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page.evaluate(() => {
    const log = document.getElementById("log");
    return log.scrollHeight - log.scrollTop - log.clientHeight < 5;
  });
}

/** Runs in the page. Which day a message is of is looked at whenever the log is drawn. */
function countLooksAtDates() {
  const { toDateString } = Date.prototype;
  window.looksAtDates = 0;
  Date.prototype.toDateString = function () {
    window.looksAtDates += 1;
    return toDateString.call(this);
  };
}
