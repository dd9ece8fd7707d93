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

story("a file that is attached outlives a reload, and one that is on its way is not left without a question", async (scene) => {
  const [ann, ben] = await scene.members("Ann", "Ben");
  await meet(ann, ben);
  const file = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("words") };
  await ann.find("file-input").setInputFiles(file);
  await ann.sees("upload", { "data-state": "done" });
  await ann.find("message-input").fill("here they are");
  await ann.page.reload();
  await ann.sees("upload", { "data-state": "done" });
  assert.match(await ann.reads("upload"), /notes\.txt/);
  await ann.press("send");
  await ben.sees("file-card");
  await ben.hears("here they are");
  await ann.page.reload();
  await ann.hears("here they are");
  assert.equal(await ann.find("upload").count(), 0, "what is sent is no draft any more");

  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await ann.page.route("**/chat/rooms/*/files", async (route) => {
    await released;
    await route.continue();
  });
  const isGuarded = () => ann.page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
  assert.equal(await isGuarded(), false);
  await ann.find("file-input").setInputFiles({ ...file, name: "more.txt" });
  await ann.sees("upload", { "data-state": "uploading" });
  assert.equal(await isGuarded(), true);
  release();
  await ann.sees("upload", { "data-state": "done" });
  assert.equal(await isGuarded(), false);
});

story("who logs out is asked where something is not sent, and only there", async (scene) => {
  const [ann, ben] = await scene.members("Ann", "Ben");
  await meet(ann, ben);
  await ann.find("message-input").fill("half a sentence");
  await ann.go("account");
  await ann.press("logout");
  await ann.sees("logout-question");
  await ann.inspect("logout-question");
  await ann.press("stay-in");
  await ann.find("logout-question").waitFor({ state: "detached" });
  await ann.page.goBack();
  assert.equal(await ann.find("message-input").inputValue(), "half a sentence");
  await ann.go("account");
  await ann.page.reload();
  await ann.press("logout");
  await ann.press("confirm-logout");
  await ann.sees("go-login");
  await ben.go("account");
  await ben.press("logout");
  await ben.sees("go-login");
});
