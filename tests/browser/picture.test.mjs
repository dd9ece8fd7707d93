import assert from "node:assert/strict";
import { join } from "node:path";
import { meet } from "./support/person.mjs";
import { ROOT } from "./support/places.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage();
const PICTURE = join(ROOT, "static/img/icon-512.png");

async function pick(person, file) {
  await person.go("profile");
  await person.sees("avatar-editor");
  await person.find("pick-picture").setInputFiles(file);
}

const crop = async (person) => (await person.find("cutter").getAttribute("data-crop")).split(",").map(Number);

story("a picture is cut with the keyboard alone, sent, and shown to others", async (scene) => {
  const [ute, vic] = await scene.members("Ute", "Vic");
  await pick(ute, PICTURE);
  await ute.sees("cutter");
  assert.deepEqual(await crop(ute), [0, 0, 512]);
  await ute.page.locator("#avatar-zoom").focus();
  await ute.page.keyboard.press("End");
  assert.deepEqual(await crop(ute), [208, 208, 96], "the middle, as close as it goes");
  await ute.page.locator("#avatar-across").focus();
  await ute.page.keyboard.press("Home");
  await ute.page.locator("#avatar-down").focus();
  await ute.page.keyboard.press("ArrowRight");
  assert.deepEqual(await crop(ute), [0, 209, 96]);
  await ute.inspect("picture-cutter");
  await ute.press("send-picture");
  const shown = ute.find("avatar-editor").locator("img.avatar");
  await shown.waitFor();
  await ute.page.reload();
  await shown.waitFor();

  await meet(ute, vic);
  await vic.find("chat").locator("header img.avatar").waitFor();
  assert.equal(await ute.find("chat").locator("header img.avatar").count(), 0, "who has no picture has an initial");
  await vic.show("26-chat-with-picture");

  const blurred = await vic.find("chat").locator("header img.avatar").getAttribute("src");
  const [asUte, asVic] = await Promise.all([ute, vic].map((person) => scene.server.device(person)));
  const [{ id: utesId }, { id: vicsId }] = [await asUte("/users/me"), await asVic("/users/me")];
  await asUte(`/users/${vicsId}/like`, "PUT");
  await asVic(`/users/${utesId}/like`, "PUT");
  await vic.page.waitForFunction((before) => document.querySelector('[data-testid="chat"] header img.avatar').src !== before, blurred);
  const clearer = await vic.find("chat").locator("header img.avatar").getAttribute("src");
  await Promise.all([asUte, asVic].map(async (device) => device(`/chat/keep/${await vic.roomId()}`, "POST")));
  await vic.page.waitForFunction((before) => document.querySelector('[data-testid="chat"] header img.avatar').src !== before, clearer);
});

story("what is no picture is refused before it is sent", async (scene) => {
  const [wim] = await scene.members("Wim");
  await pick(wim, { name: "holiday.png", mimeType: "image/png", buffer: Buffer.from("not a picture at all") });
  await wim.sees("avatar-fault");
  assert.equal(await wim.find("cutter").count(), 0);
  await wim.find("pick-picture").setInputFiles(PICTURE);
  await wim.sees("cutter");
  assert.equal(await wim.find("avatar-fault").count(), 0);
});
