import assert from "node:assert/strict";
import { hidePage, lookAway, lookBack, showPage } from "../support/alerts.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240 } });

story("a page that is hidden for an hour, by its own clock, has all that was said when it is seen again, and read none of it before", async (scene) => {
  const [ana, tom] = await scene.members("Ana", "Tom");
  await meet(ana, tom);
  for (const person of [ana, tom]) await person.press("keep");
  for (const person of [ana, tom]) await person.press("continue-chat");
  await ana.page.clock.install();
  await ana.page.reload();
  await ana.sees("message-input");
  await ana.say("back in an hour");
  await tom.hears("back in an hour");

  for (const away of [lookAway, hidePage]) await ana.page.evaluate(away);
  await ana.page.clock.fastForward("30:00");
  await tom.say("one");
  await ana.hears("one");
  await ana.page.clock.fastForward("30:00");
  await tom.say("two");
  await ana.hears("two");
  // What a page sends is heard in its order: a reading of "two" would be there by now.
  await ana.say("by keyboard, from another window");
  await tom.hears("by keyboard, from another window");
  const receipts = await tom.find("receipt").allInnerTexts();
  assert.ok(receipts.some((words) => words.includes("Sent")) && !receipts.some((words) => words.includes("Seen")), receipts.join(" | "));

  for (const back of [showPage, lookBack]) await ana.page.evaluate(back);
  await tom.find("receipt").getByText("Seen").waitFor();
  await ana.say("here again");
  await tom.hears("here again");
  const lines = (await tom.messages()).map(({ seq, text }) => ({ seq, text }));
  assert.deepEqual(lines.map(({ text }) => text), ["back in an hour", "one", "two", "by keyboard, from another window", "here again"]);
  assert.deepEqual((await ana.messages()).map(({ seq, text }) => ({ seq, text })), lines);
});
