import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { stripes } from "../support/pixels.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240 } });

const PATIENCE_MS = 20_000;
const CLEARER = 1.5;
const WIDE = { name: "stripes.png", mimeType: "image/png", buffer: stripes(640, 400, 20) };
const HOSTILE_BIO = [
  "<script>window.harmed = 1</script><img src=x onerror=\"window.harmed = 1\">",
  "</p></dialog><style>*{display:none}</style><b>bold</b> &lt;i&gt; {{7*7}} ${7*7}",
  "\u202Eright to left\u202C and on",
].join("\n");

story("a picture is cut by dragging, and who sees more of the other sees it clearer; a biography is text whatever it says", async (scene) => {
  const [eve, fay] = await scene.members("Eve", "Fay");
  for (const person of [eve, fay]) await person.page.evaluate(() => (window.harmed = undefined));
  await eve.go("profile");
  await eve.page.locator("#bio").fill(HOSTILE_BIO);
  await eve.saveProfile();
  await eve.find("pick-picture").setInputFiles(WIDE);
  await eve.sees("cutter");
  assert.deepEqual(await crop(eve), [120, 0, 400], "the middle");
  const { width } = await eve.find("cutter").boundingBox();
  await drag(eve, { x: -width / 8, y: width / 4 });
  const [x, y, size] = await crop(eve);
  assert.ok(Math.abs(x - 170) <= 4, `the picture goes with the pointer: ${x}`);
  assert.deepEqual([y, size], [0, 400], "no further than there is a picture");
  await drag(eve, { x: width * 0.4, y: 0 });
  await drag(eve, { x: width * 0.4, y: 0 });
  assert.equal((await crop(eve))[0], 0);
  await eve.press("send-picture");
  await eve.find("cutter").waitFor({ state: "detached" });

  await meet(eve, fay);
  const seen = [await picture(fay)];
  await fay.press("open-peer");
  await fay.sees("like");
  assert.equal(await fay.find("peer-bio").count(), 0, "nothing is told yet");
  await fay.press("like");
  await fay.press("close-peer");
  await eve.press("open-peer");
  await eve.press("like");
  await eve.find("notice").getByText("like each other").waitFor();
  seen.push(await picture(fay, seen.at(-1)));
  await eve.press("close-peer");
  for (const person of [eve, fay]) await person.press("keep");
  for (const person of [eve, fay]) await person.press("continue-chat");
  await fay.press("open-peer");
  await fay.sees("peer-bio");
  assert.equal(await fay.find("peer-bio").evaluate((element) => element.textContent), HOSTILE_BIO);
  assert.equal(await fay.find("peer-bio").locator("*").count(), 0);
  assert.equal(await fay.page.evaluate(() => window.harmed), undefined);
  await fay.show("35-hostile-bio", { schemes: ["light", "dark"] });
  await fay.press("close-peer");
  await eve.go("profile");
  const own = await picture(eve, undefined, '[data-testid="avatar-editor"]');
  seen.push(await picture(fay, seen.at(-1)));
  const contrasts = seen.map(({ contrast }) => contrast);
  console.log(`contrast of the stripes, from stranger to friend: ${contrasts.map(Math.round).join(", ")}; to oneself: ${Math.round(own.contrast)}`);
  assert.ok(contrasts[0] < own.contrast / 4, "a stranger sees colours");
  assert.ok(contrasts.at(-1) > own.contrast * 0.9, "a friend sees what the owner sees");
  assert.equal(new Set(seen.map(({ address }) => address)).size, seen.length, "each is a picture of its own");

  const read = await scene.server.device(fay);
  while ((await read("/users/me/learned")).outcomes === 0) await fay.page.waitForTimeout(100);
  await fay.go("account");
  assert.match(await fay.reads("learned-from"), /\b1\b/);
  await fay.press("forget-learned");
  await fay.sees("learned-nothing");
  assert.equal((await read("/users/me/learned")).outcomes, 0);
});

story("who is liked back hears it wherever they are, and what is seen of the other follows while it is looked at", async (scene) => {
  const [ina, tom] = await scene.members("Ina", "Tom");
  await meet(ina, tom);
  const room = await ina.roomId();
  const devices = await Promise.all([ina, tom].map((person) => scene.server.device(person)));
  const [{ id: inasId }, { id: tomsId }] = await Promise.all(devices.map((device) => device("/users/me")));
  await ina.go("conversations");
  await ina.sees("conversation");
  await devices[0](`/users/${tomsId}/like`, "PUT");
  await devices[1](`/users/${inasId}/like`, "PUT");
  await ina.find("notice").getByText("You and Tom like each other").waitFor();
  await ina.go(`room/${room}`);
  await ina.press("open-peer");
  await ina.find("peer-panel").getByText("You like each other").waitFor();
  await Promise.all(devices.map((device) => device(`/chat/keep/${room}`, "POST")));
  await ina.find("peer-panel").getByText("You kept this chat").waitFor();
});

const crop = async (person) => (await person.find("cutter").getAttribute("data-crop")).split(",").map(Number);

/** Drags the picture below the square by so many pixels of the screen. */
async function drag(person, by) {
  await person.find("cutter").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await person.find("cutter").boundingBox();
  const { mouse } = person.page;
  await mouse.move(x + width / 2, y + height / 2);
  await mouse.down();
  await mouse.move(x + width / 2 + by.x, y + height / 2 + by.y, { steps: 8 });
  await mouse.up();
}

/** What somebody sees of a picture, once it is clearer than before: its address, and how far its pixels differ. */
async function picture(person, before = { contrast: 0 }, place = '[data-testid="chat"] header') {
  for (const until = Date.now() + PATIENCE_MS; ; await person.page.waitForTimeout(100)) {
    const seen = await person.page.evaluate(lookAt, `${place} img.avatar`);
    if (seen !== null && seen.contrast > before.contrast * CLEARER) return seen;
    assert.ok(Date.now() < until, `it does not become clearer: ${JSON.stringify({ before, seen })}`);
  }
}

/** Runs in the page. */
function lookAt(selector) {
  const image = document.querySelector(selector);
  if (!image?.complete || image.naturalWidth === 0) return null;
  const side = 64;
  const canvas = new OffscreenCanvas(side, side).getContext("2d");
  canvas.drawImage(image, 0, 0, side, side);
  const { data } = canvas.getImageData(0, 0, side, side);
  const greens = Array.from({ length: side * side }, (_, pixel) => data[pixel * 4 + 1]);
  const mean = greens.reduce((sum, green) => sum + green, 0) / greens.length;
  const contrast = Math.sqrt(greens.reduce((sum, green) => sum + (green - mean) ** 2, 0) / greens.length);
  return { address: image.src, contrast };
}
