import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240 } });
const WORDS = "A long and careful answer,\nin two lines.";

story("what was being written when the chat ended stands above the outcome until it is put away, and may be copied", async (scene) => {
  const [ann, ben] = await scene.members("Ann", "Ben");
  await ben.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await meet(ann, ben);
  await ben.find("message-input").fill(WORDS);
  await ann.press("leave-room");
  await ann.press("confirm-leave");
  await ben.sees("outcome", { "data-outcome": "ended" });
  assert.equal(await ben.reads("left-over-words"), WORDS);
  assert.equal(await ann.find("left-over").count(), 0);
  await ben.press("copy-left-over");
  await ben.find("notice").getByText("Copied").waitFor();
  assert.equal(await ben.page.evaluate(() => navigator.clipboard.readText()), WORDS);
  await ben.find("notice").getByRole("button").click();
  await ben.inspect("left-over");

  await ben.page.reload();
  await ben.sees("outcome");
  assert.equal(await ben.reads("left-over-words"), WORDS, "a reload does not throw it away");
  await ben.find("put-away").focus();
  await ben.page.keyboard.press("Enter");
  await ben.find("left-over").waitFor({ state: "detached" });
  assert.match(await ben.page.evaluate(() => document.activeElement.textContent), /This chat has ended/, "the focus is where it was");
  await ben.page.reload();
  await ben.sees("outcome");
  assert.equal(await ben.find("left-over").count(), 0);
});
