import assert from "node:assert/strict";
import { join } from "node:path";
import { meet } from "../support/person.mjs";
import { png } from "../support/pixels.mjs";
import { ROOT } from "../support/places.mjs";
import { openStage } from "../support/stage.mjs";

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

story("a picture is taken away again, for everybody", async (scene) => {
  const [nia, oli] = await scene.members("Nia", "Oli");
  await pick(nia, PICTURE);
  await nia.press("send-picture");
  const shown = nia.find("avatar-editor").locator("img.avatar");
  await shown.waitFor();
  await nia.show("60-own-picture");
  await meet(nia, oli);
  await oli.find("chat").locator("header img.avatar").waitFor();
  await nia.go("profile");
  await nia.press("remove-picture");
  await shown.waitFor({ state: "detached" });
  assert.equal(await nia.find("remove-picture").count(), 0);
  await oli.page.reload();
  await oli.sees("chat");
  await oli.page.waitForTimeout(500); // it would be here
  assert.equal(await oli.find("chat").locator("header img.avatar").count(), 0);
});

story("the picture that was chosen last is the one, however long another takes; a sign-out leaves none in memory", async (scene) => {
  const [xia] = await scene.members("Xia");
  await xia.context.addInitScript(watchPictures);
  await xia.page.reload();
  await pick(xia, { name: "slow.png", mimeType: "image/png", buffer: png(300, 200) });
  await xia.find("pick-picture").setInputFiles({ name: "quick.png", mimeType: "image/png", buffer: png(120, 120) });
  await xia.sees("cutter");
  await xia.page.evaluate(() => window.slowIsRead);
  await xia.page.waitForTimeout(200); // it has had its effect, if it has one
  assert.deepEqual(await crop(xia), [0, 0, 120]);
  await xia.press("send-picture");
  await xia.find("avatar-editor").locator("img.avatar").waitFor();
  await xia.find("pick-picture").setInputFiles(PICTURE);
  await xia.sees("cutter");
  assert.equal(await xia.page.evaluate(() => window.pictures.size), 2, "one is shown, one is being cut");
  await xia.go("account");
  await xia.press("logout");
  await xia.sees("go-signup");
  assert.deepEqual(await xia.page.evaluate(() => [window.pictures.size, window.bitmaps]), [0, 0]);
});

/** Runs in the page, before anything else: counts what is held of pictures, and reads one of them slowly. */
function watchPictures() {
  window.pictures = new Set();
  window.bitmaps = 0;
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    window.pictures.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    window.pictures.delete(url);
    revokeObjectURL.call(URL, url);
  };
  const read = window.createImageBitmap;
  const close = ImageBitmap.prototype.close;
  ImageBitmap.prototype.close = function () {
    window.bitmaps -= 1;
    close.call(this);
  };
  window.createImageBitmap = async (file) => {
    const bitmap = await read(file);
    window.bitmaps += 1;
    if (file.name !== "slow.png") return bitmap;
    window.slowIsRead = new Promise((resolve) => setTimeout(() => resolve(bitmap), 1_500));
    return window.slowIsRead;
  };
}

story("what is no picture is refused before it is sent", async (scene) => {
  const [wim] = await scene.members("Wim");
  await pick(wim, { name: "holiday.png", mimeType: "image/png", buffer: Buffer.from("not a picture at all") });
  await wim.sees("avatar-fault");
  assert.equal(await wim.find("cutter").count(), 0);
  await wim.find("pick-picture").setInputFiles(PICTURE);
  await wim.sees("cutter");
  assert.equal(await wim.find("avatar-fault").count(), 0);
});
