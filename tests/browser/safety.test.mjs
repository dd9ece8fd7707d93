import assert from "node:assert/strict";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage({ room: { countdown_secs: 90 } });

story("a person is reported with two actions, and blocked with two, and the other learns of neither", async (scene) => {
  const [una, rob] = await scene.members("Una", "Rob");
  await meet(una, rob);
  await rob.say("something bad");
  await una.hears("something bad");
  await una.press("open-peer");
  await una.sees("report-reason");
  await una.show("26-about-the-other", { schemes: ["light", "dark"] });
  await una.find("report-reason", { "data-reason": "harassment" }).click();
  await una.sees("reported");
  await una.page.keyboard.press("Escape");
  await una.find("peer-panel").waitFor({ state: "detached" });
  assert.equal(await una.page.evaluate(() => document.activeElement.dataset.testid), "open-peer", "the focus is back");
  assert.equal(await rob.find("chat").getAttribute("data-state"), "countdown");

  await una.press("open-peer");
  await una.press("block");
  for (const person of [una, rob]) await person.sees("outcome", { "data-outcome": "ended" });
  assert.equal(await rob.find("outcome").getAttribute("data-reason"), "left", "who is blocked is not told");
  assert.equal(await una.find("outcome").getAttribute("data-reason"), "blocked");
});

story("both can be done when the chat is over", async (scene) => {
  const [eva, kai] = await scene.members("Eva", "Kai");
  await meet(eva, kai);
  await kai.press("leave-room");
  await kai.press("confirm-leave");
  await eva.press("report-or-block");
  await eva.find("report-reason", { "data-reason": "spam" }).click();
  await eva.sees("reported");
  await eva.press("block");
  await eva.find("peer-panel").waitFor({ state: "detached" });
  await eva.sees("notice");
  assert.equal(await kai.find("outcome").getAttribute("data-reason"), "left");
});

story("what is over stays in the list: it is read, and the other is still reported and blocked from there", async (scene) => {
  const [lia, ben] = await scene.members("Lia", "Ben");
  await meet(lia, ben);
  await ben.say("something that is thought about later");
  await lia.hears("something that is thought about later");
  for (const person of [lia, ben]) await person.press("keep");
  for (const person of [lia, ben]) await person.press("continue-chat");
  await lia.go("conversations");
  await lia.sees("conversation");
  assert.equal(await lia.find("past-conversations").count(), 0);
  await ben.press("leave-room");
  await ben.press("confirm-leave");
  await lia.sees("past-conversations"); // a kept one that the other has left does not vanish
  await lia.sees("no-conversations");
  await lia.find("past-conversations").getByText("thought about later").waitFor();
  await lia.page.reload();
  await lia.sees("past-conversations");
  await lia.inspect("past-conversations");

  await lia.find("past-conversations").getByTestId("conversation").click();
  await lia.hears("something that is thought about later");
  await lia.sees("outcome", { "data-outcome": "ended" });
  assert.equal(await lia.find("message-input").count(), 0, "it is only read");
  await lia.press("open-peer");
  await lia.find("report-reason", { "data-reason": "harassment" }).click();
  await lia.sees("reported");
  await lia.press("block");
  await lia.sees("notice");
  await lia.go("conversations");
  await lia.find("past-conversations").getByTestId("conversation").click();
  await lia.hears("something that is thought about later");
  assert.equal(await ben.find("outcome").getAttribute("data-reason"), "left");
});

story("a like is told to nobody until both do", async (scene) => {
  const [amy, jon] = await scene.members("Amy", "Jon");
  await meet(amy, jon);
  await amy.press("open-peer");
  await amy.press("like");
  await amy.sees("like", { "aria-pressed": "true" });
  await amy.press("close-peer");
  await jon.say("no idea");
  await amy.hears("no idea");
  assert.equal(await jon.find("notice").count(), 0);
  await jon.press("open-peer");
  await jon.sees("like", { "aria-pressed": "false" });
  assert.equal(await jon.find("peer-lists").count(), 0, "nothing is revealed yet");
  await jon.find("report-reason", { "data-reason": "spam" }).click();
  await jon.sees("reported");
  await jon.press("like");
  for (const person of [amy, jon]) await person.find("notice").getByText("like each other").waitFor();
  await jon.find("peer-lists").getByText("Hiking and Music").waitFor();
  await jon.show("32-each-other", { schemes: ["light", "dark"] });
  assert.equal(await jon.find("reported").count(), 1, "what was done in the panel stays done");
  await amy.page.reload();
  await amy.sees("chat");
  await amy.press("open-peer");
  await amy.sees("like", { "aria-pressed": "true" });
});
