import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { meet } from "../support/person.mjs";
import { png } from "../support/pixels.mjs";
import { PICTURES } from "../support/places.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 110 } });
const BOTH_SCHEMES = { schemes: ["light", "dark"] };
const MB = 1024 * 1024;
const PLAIN_NETWORK = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };

const picture = (name = "mountain.png", width = 640, height = 420) => ({ name, mimeType: "image/png", buffer: png(width, height) });
const plain = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

story("a picture and a file are picked, sent, looked at, and saved", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  await ada.context.addInitScript(asWithoutHttps);
  await ada.page.reload();
  await meet(ada, ben);
  await pick(ada, picture(), plain("notes of a walk.txt", "four weeks, two pairs of boots"));
  await ada.sees("upload", { "data-state": "done" });
  await until(() => ada.find("upload", { "data-state": "done" }).count(), 2);
  await ada.show("28-files-to-send", BOTH_SCHEMES);
  await ada.say("From the Alps");
  await ben.hears("From the Alps");
  await ben.sees("picture");
  await ben.page.waitForFunction(() => document.querySelector(".picture-sharp")?.hasAttribute("data-arrived"));
  assert.equal(await ada.find("upload").count(), 0, "they are the message's now");
  for (const person of [ada, ben]) await person.show("29-files", BOTH_SCHEMES);
  await ben.narrow();
  await ben.show("29-files", BOTH_SCHEMES);

  await ben.press("picture");
  await ben.page.waitForFunction(() => document.querySelector('[data-testid="full-picture"]')?.naturalWidth === 640);
  await ben.show("30-picture");
  await ben.page.keyboard.press("Tab");
  assert.ok(await ben.page.evaluate(() => document.activeElement.closest("dialog") !== null), "the focus stays inside");
  await ben.page.keyboard.press("Escape");
  await ben.find("lightbox").waitFor({ state: "detached" });
  assert.equal(await ben.page.evaluate(() => document.activeElement.dataset.testid), "picture", "the focus is back");

  const saving = ben.page.waitForEvent("download");
  await ben.press("file-card");
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), "notes of a walk.txt");
  assert.equal(await readFile(await saved.path(), "utf8"), "four weeks, two pairs of boots");
});

story("a message of a picture alone comes by pasting and by dropping, and arrow keys go through the pictures", async (scene) => {
  const [ida, tim] = await scene.members("Ida", "Tim");
  await meet(ida, tim);
  for (const [way, name] of [["paste", "one.png"], ["drop", "two.png"]]) {
    await handOver(ida, way, picture(name, 120, 80));
    await ida.sees("upload", { "data-state": "done" });
    await ida.press("send");
    await ida.find("upload").waitFor({ state: "detached" });
  }
  await until(() => tim.find("picture").count(), 2);
  await handOver(ida, "paste", { ...picture("table.png", 120, 80), words: "a\tb" });
  assert.equal(await ida.find("upload").count(), 0, "the words of a spreadsheet are meant, not their picture");
  await tim.find("picture").first().click();
  await tim.find("lightbox").getByText("one.png").waitFor();
  await tim.page.keyboard.press("ArrowRight");
  await tim.find("lightbox").getByText("two.png").waitFor();
  await tim.page.keyboard.press("ArrowLeft");
  await tim.find("lightbox").getByText("one.png").waitFor();
  await tim.page.getByRole("button", { name: "Picture after" }).click();
  await tim.find("lightbox").getByText("two.png").waitFor();
  await tim.page.keyboard.press("ArrowLeft"); // the button that led there is still there, and has the focus
  await tim.find("lightbox").getByText("one.png").waitFor();
  await tim.press("close-picture");
  await tim.go("conversations");
  await tim.find("last-message").getByText("two.png").waitFor();
});

story("a picture in full is seen wholly and in the middle, whatever its shape and the window's, and nothing is left of its blur", async (scene) => {
  const [pia, gus] = await scene.members("Pia", "Gus");
  await meet(pia, gus);
  const sizes = [[900, 1600], [1200, 1200], [900, 500], [300, 1400], [64, 64]];
  await pick(pia, ...sizes.map(([width, height]) => picture(`${width}x${height}.png`, width, height)));
  await until(() => pia.find("upload", { "data-state": "done" }).count(), sizes.length);
  await pia.press("send");
  await until(() => gus.find("picture").count(), sizes.length);
  for (const window of [{ width: 1280, height: 800 }, { width: 320, height: 640 }]) {
    await gus.page.setViewportSize(window);
    await gus.find("picture").first().click();
    for (const [width, height] of sizes) {
      await gus.page.waitForFunction((px) => document.querySelector('[data-testid="full-picture"][data-arrived]')?.naturalHeight === px, height);
      const { stage, full, blurs } = await gus.find("lightbox").evaluate(lightboxBoxes);
      const what = `${width} × ${height} at ${window.width} px: ${JSON.stringify({ stage, full })}`;
      assert.ok(full.left >= stage.left && full.right <= stage.right && full.top >= stage.top && full.bottom <= stage.bottom, what);
      assert.ok(Math.abs(full.left + full.right - stage.left - stage.right) < 3 && Math.abs(full.top + full.bottom - stage.top - stage.bottom) < 3, what);
      assert.ok(Math.abs((full.right - full.left) / (full.bottom - full.top) - width / height) < 0.02, `undistorted, ${what}`);
      assert.equal(blurs, 0);
      if (height !== 1200) await gus.page.screenshot({ path: join(PICTURES, `53-in-full-${width}x${height}.${window.width}.png`) });
      await gus.page.keyboard.press("ArrowRight");
    }
    await gus.press("close-picture");
  }
});

story("what is too large is refused before it goes out, what is under way can be stopped, and nothing goes with the message that failed", async (scene) => {
  const [una, rob] = await scene.members("Una", "Rob");
  await meet(una, rob);
  // Files on the disk: what is given as bytes travels to the browser first.
  const folder = await mkdtemp(join(tmpdir(), "webchat-files-"));
  await writeFile(join(folder, "huge.png"), Buffer.concat([png(8, 8), Buffer.alloc(10 * MB)]));
  await writeFile(join(folder, "slow.bin"), Buffer.alloc(6 * MB, 7));
  await una.find("file-input").setInputFiles(join(folder, "huge.png"));
  await una.sees("upload", { "data-state": "failed" });
  assert.match(await una.reads("upload"), /10\sMB/);
  await una.narrow();
  await una.show("31-file-too-large", BOTH_SCHEMES);
  await una.press("remove-upload");
  await una.find("upload").waitFor({ state: "detached" });

  const isUpload = (request) => request.method() === "POST" && /\/chat\/rooms\/[^/]+\/files$/.test(request.url());
  const network = await una.context.newCDPSession(una.page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", { ...PLAIN_NETWORK, uploadThroughput: 50_000 });
  const begun = una.page.waitForEvent("request", isUpload);
  await una.find("file-input").setInputFiles(join(folder, "slow.bin"));
  await una.sees("upload", { "data-state": "uploading" });
  assert.ok(await una.find("send").isDisabled(), "the message waits for its files");
  const { authorization } = (await begun).headers();
  const stopped = una.page.waitForEvent("requestfailed", isUpload);
  await una.press("remove-upload");
  await una.find("upload").waitFor({ state: "detached" });
  assert.equal((await stopped).failure().errorText, "net::ERR_ABORTED", "nothing more of it goes out");
  await network.send("Network.emulateNetworkConditions", PLAIN_NETWORK);
  const kept = await una.page.request.get(new URL("/users/me/export", una.page.url()).href, { headers: { authorization } });
  assert.deepEqual((await kept.json()).files, [], "and the server has nothing of it");
  await rm(folder, { recursive: true });

  await pick(una, plain("not this one.txt", "there already"));
  await una.sees("upload", { "data-state": "done" });
  const takenBack = una.page.waitForResponse((answer) => answer.request().method() === "DELETE" && /\/files\/[^/]+$/.test(answer.url()));
  await una.press("remove-upload");
  assert.equal((await takenBack).status(), 204, "what is not sent takes no space");
  await una.say("without files");
  await rob.hears("without files");
  assert.equal(await rob.find("file-card").count(), 0);
});

story("whoever picks a film is told that it may say where it was made, before it goes out", async (scene) => {
  const [lea, jim] = await scene.members("Lea", "Jim");
  await meet(lea, jim);
  await pick(lea, { name: "a long way up the mountain, and down again.mp4", mimeType: "video/mp4", buffer: Buffer.from("moving") }, picture(), plain("notes.txt", "four weeks"));
  await until(() => lea.find("upload", { "data-state": "done" }).count(), 3);
  assert.equal(await lea.find("film-note").count(), 1);
  assert.match(await lea.find("upload").filter({ has: lea.find("film-note") }).innerText(), /up the mountain.*where it was made/s);
  await lea.inspect("film-to-send");
  await lea.say("look");
  await jim.hears("look");
  await until(() => jim.find("file-card").count(), 2);
});

story("a picture that the server refuses says why", async (scene) => {
  const [kim, sam] = await scene.members("Kim", "Sam");
  await meet(kim, sam);
  kim.watch.expect(/^422 POST \/chat\/rooms\/[^/]+\/files$/);
  const whole = picture("half.png");
  await pick(kim, { ...whole, buffer: whole.buffer.subarray(0, whole.buffer.length / 2) });
  await kim.sees("upload", { "data-state": "failed" });
  assert.match(await kim.reads("upload"), /damaged or not whole/);
  await kim.inspect("50-picture-refused");
});

story("a large file is sent although the session's token is over: the refusal behind it is heard", async (scene) => {
  const [ann, joe] = await scene.members("Ann", "Joe");
  await meet(ann, joe);
  ann.watch.expect(/^401 POST \/chat\/rooms\/[^/]+\/files$/);
  await ann.page.evaluate(() => {
    const { setRequestHeader } = XMLHttpRequest.prototype;
    let isOver = true;
    XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
      const token = name.toLowerCase() === "authorization";
      setRequestHeader.call(this, name, token && isOver ? "Bearer over" : value);
      if (token) isOver = false;
    };
  });
  const folder = await mkdtemp(join(tmpdir(), "webchat-files-"));
  await writeFile(join(folder, "long.bin"), Buffer.alloc(20 * MB, 7));
  await ann.find("file-input").setInputFiles(join(folder, "long.bin"));
  await ann.sees("upload", { "data-state": "done" });
  await rm(folder, { recursive: true });
  await ann.say("here it is");
  await joe.hears("here it is");
  assert.equal(await joe.find("file-card").count(), 1);
});

story("a folder is refused in words, a file that is gone says so, and what is let go beside the conversation opens nothing", async (scene) => {
  const [lou, max] = await scene.members("Lou", "Max");
  await meet(lou, max);
  const folder = await mkdtemp(join(tmpdir(), "webchat-files-"));
  await mkdir(join(folder, "holiday"));
  await writeFile(join(folder, "gone.txt"), "soon gone");
  await writeFile(join(folder, "stray.txt"), "let go beside");
  const { width } = lou.page.viewportSize();
  await drag(lou, join(folder, "holiday"), { x: width / 2, y: 300 });
  await lou.find("notice").getByText("folder cannot be sent").waitFor();
  assert.equal(await lou.find("upload").count(), 0);
  await drag(lou, join(folder, "stray.txt"), { x: 20, y: 400 });
  await lou.say("still here");
  await max.hears("still here");
  assert.equal(lou.context.pages().length, 1);

  lou.watch.expect(/^no answer: POST \/chat\/rooms\/.*ERR_FILE_NOT_FOUND|ERR_UPLOAD_FILE_CHANGED/, Infinity);
  let goOn = () => {};
  const held = new Promise((resolve) => (goOn = resolve));
  await lou.page.exposeFunction("beforeSending", () => held);
  await lou.page.evaluate(() => {
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (body) {
      window.beforeSending().then(() => send.call(this, body));
    };
  });
  await lou.find("file-input").setInputFiles(join(folder, "gone.txt"));
  await lou.sees("upload", { "data-state": "uploading" });
  await rm(folder, { recursive: true });
  goOn();
  await lou.sees("upload", { "data-state": "failed" });
  assert.match(await lou.reads("upload"), /cannot be read/);
});

story("hostile names are shown as they are, and what could run is only ever saved", async (scene) => {
  const [eve, sam] = await scene.members("Eve", "Sam");
  await meet(eve, sam);
  const svg = { name: "<img src=x onerror=alert(1)>.svg", mimeType: "image/svg+xml", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') };
  const page = { name: "\"><script>alert(1)<\u202egnp.html", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") };
  await pick(eve, svg, page);
  await until(() => eve.find("upload", { "data-state": "done" }).count(), 2);
  await eve.say("open these");
  await until(() => sam.find("file-card").count(), 2);
  assert.equal(await sam.find("picture").count(), 0, "neither is shown as a picture");
  for (const card of await sam.find("file-card").all()) {
    const saving = sam.page.waitForEvent("download");
    await card.click();
    await saving;
  }
  assert.equal(sam.context.pages().length, 1);
});

story("links that have run out are read anew", async (scene) => {
  const [amy, jon] = await scene.members("Amy", "Jon");
  await meet(amy, jon);
  jon.watch.expect(/^(401|403|404|410) GET \/files\//, Infinity);
  let spoiled = 0;
  await jon.page.route("**/files/*", async (route) => {
    spoiled += 1;
    if (spoiled > 1) return route.continue();
    const address = new URL(route.request().url());
    address.search = "?expired";
    return route.continue({ url: address.href });
  });
  await pick(amy, picture("again.png"));
  await amy.sees("upload", { "data-state": "done" });
  await amy.press("send");
  await jon.page.waitForFunction(() => document.querySelector(".picture-sharp")?.hasAttribute("data-arrived"));
});

story("a file is saved, and so is a picture that is looked at, long after its link has run out; what cannot be had is said", async (scene) => {
  const [kim, lou] = await scene.members("Kim", "Lou");
  await meet(kim, lou);
  lou.watch.expect(/^(503 GET \/chat\/rooms|console error: action failed)/, Infinity);
  await pick(kim, plain("map.txt", "over the hills"), picture("hill.png", 90, 60));
  await until(() => kim.find("upload", { "data-state": "done" }).count(), 2);
  await kim.press("send");
  await lou.sees("file-card");
  await lou.page.waitForTimeout(1_100); // links are signed by the second
  // Ten minutes are not waited for: what was read by now counts as run out.
  const outdated = new Set(await lou.page.locator("a[download], img").evaluateAll((all) => all.map(({ href, src }) => href ?? src)));
  lou.watch.expect(/^(401|403|404|410) GET \/files\//, Infinity);
  await lou.page.route("**/files/*", (route) => {
    const address = new URL(route.request().url());
    if (outdated.has(address.href)) address.search = "?expired";
    return route.continue({ url: address.href });
  });
  for (const [press, name] of [["file-card", "map.txt"], ["save-picture", "hill.png"]]) {
    if (press === "save-picture") await lou.press("picture");
    const saving = lou.page.waitForEvent("download");
    await lou.press(press);
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), name);
    assert.equal(await saved.failure(), null);
    if (name === "map.txt") assert.equal(await readFile(await saved.path(), "utf8"), "over the hills");
  }
  await lou.press("close-picture");
  await lou.page.route("**/chat/rooms/*/messages*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":"unavailable"}' }));
  await lou.press("file-card");
  await lou.sees("notice");
});

/** As the system hands it over: something of the disk, dragged over the page and let go. */
async function drag({ context, page }, path, place) {
  const session = await context.newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, ...place, data });
}

/** Runs in the page: where the picture in full is, and how many blurred ones are to be seen. @param {HTMLElement} lightbox */
function lightboxBoxes(lightbox) {
  const box = (selector) => lightbox.querySelector(selector).getBoundingClientRect().toJSON();
  const blurs = [...lightbox.querySelectorAll(".lightbox-blur")].filter((each) => each.checkVisibility()).length;
  return { stage: box(".lightbox-stage"), full: box(".lightbox-full"), blurs };
}

/** @param {import("../support/person.mjs").Person} person */
async function pick(person, ...files) {
  await person.find("file-input").setInputFiles(files);
}

/** Pastes a file into the message, or drops it onto the conversation. */
async function handOver(person, way, { name, mimeType, buffer, words }) {
  await person.page.evaluate(({ way, name, mimeType, base64, words }) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type: mimeType }));
    if (words) data.setData("text/plain", words);
    const [target, event] = way === "paste"
      ? [document.querySelector("#message-input"), new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })]
      : [document.querySelector('[data-testid="chat"]'), new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })];
    target.dispatchEvent(event);
  }, { way, name, mimeType, base64: buffer.toString("base64"), words });
}

/** Waits until it is so many. @param {() => Promise<number>} count @param {number} wanted */
async function until(count, wanted) {
  const deadline = Date.now() + 15_000;
  while ((await count()) !== wanted && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await count(), wanted);
}

/** Runs in the page, before anything else: what browsers have over https only is not there. */
function asWithoutHttps() {
  Object.defineProperty(crypto, "randomUUID", { value: undefined });
  Object.defineProperty(navigator, "locks", { value: undefined });
}
