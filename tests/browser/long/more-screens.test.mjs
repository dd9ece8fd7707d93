// What is not on the main way: looked over by axe-core, for its layout, and in a language that nobody speaks.
import assert from "node:assert/strict";
import { meet, PHONE } from "../support/person.mjs";
import { examine } from "../support/examine.mjs";
import { png } from "../support/pixels.mjs";
import { pseudoSpeaker } from "../support/pseudo.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 280 } });
const NOWHERE = "00000000-0000-7000-8000-000000000000";

story("files on their way and refused, a picture in full, the offer of alerts and a message that failed keep them too", async (scene) => {
  const [gus] = await scene.members("Gus");
  const eda = await pseudoSpeaker(scene, "Eda");
  await eda.signUp();
  await eda.chooseProfile();
  await eda.press("save-profile");
  await eda.sees("go-wait");
  await meet(gus, eda);
  const own = ["Gus", "slow.png", "empty.txt", "Hello"];
  await eda.say("Hello");
  await eda.sees("offer-alerts");
  await examine(eda, "offer-alerts", own);
  await eda.press("refuse-alerts");

  const network = await eda.context.newCDPSession(eda.page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 });
  await eda.find("file-input").setInputFiles([
    { name: "slow.png", mimeType: "image/png", buffer: Buffer.concat([png(640, 420), Buffer.alloc(2_000_000)]) },
    { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  await eda.sees("upload", { "data-state": "failed" });
  const seen = await progressOf(eda);
  assert.ok(seen > 0 && seen < 1, `a part of it has gone: ${seen}`);
  assert.equal(await eda.find("upload", { "data-state": "uploading" }).count(), 1);
  await examine(eda, "files-on-their-way", own);
  await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await eda.sees("upload", { "data-state": "done" });
  await eda.find("upload", { "data-state": "failed" }).getByTestId("remove-upload").click();
  await eda.press("send");
  await eda.press("picture");
  await eda.page.waitForFunction(() => document.querySelector('[data-testid="full-picture"]')?.naturalWidth === 640);
  await examine(eda, "picture-in-full", own);
  await eda.press("close-picture");

  await eda.say("a\0b");
  await eda.sees("message", { "data-state": "failed" });
  await examine(eda, "message-failed", [...own, "a\0b"]);
  await eda.press("remove-message");
  await eda.find("message", { "data-state": "failed" }).waitFor({ state: "detached" });
  assert.equal(await eda.find("message-input").inputValue(), "a\0b", "its words can be changed");
  await eda.find("message-input").fill("ab");
  await eda.press("send");
  await gus.hears("ab");
  await eda.page.reload();
  await eda.hears("ab");
  assert.equal(await eda.find("message", { "data-state": "failed" }).count(), 0, "it does not come back");
});

story("an address that leads nowhere says so, and where to go on", async (scene) => {
  const mo = await scene.enter("Mo", { device: PHONE });
  await mo.becomeMember();
  mo.watch.expect(/^(404|422) GET \/(chat\/rooms|simple-countdown\/status)\//, 2);
  await mo.go(`room/${NOWHERE}`);
  await mo.page.getByRole("heading", { name: "Not found" }).waitFor();
  await mo.show("21-not-found");
});

// It kills the server, so it comes last.
story("what is missing, what is not found, whom a wish leaves out, and a lost connection are said by the same rules as all else", async (scene) => {
  const [fay] = await scene.members("Fay");
  const eda = await pseudoSpeaker(scene, "Eda");
  await eda.signUp();
  await eda.press("join-queue");
  await eda.sees("interests-error");
  await examine(eda, "starter");
  await eda.chooseProfile();
  await eda.page.locator('input[name="preferred_genders"][value="man"]').check();
  await eda.press("save-profile");
  await eda.sees("go-wait");

  eda.watch.expect(/^(404|422) GET \/(chat\/rooms|simple-countdown\/status)\//, 2);
  await eda.go(`room/${NOWHERE}`);
  await eda.page.locator('main a[href="#/conversations"]').waitFor();
  await examine(eda, "not-found");

  await fay.joinQueue();
  await fay.sees("waiting");
  await eda.joinQueue();
  await eda.sees("filter", { "data-name": "gender" });
  await examine(eda, "waiting-filtered");

  for (const person of [eda, fay]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await scene.server.kill();
  await eda.sees("connection-banner");
  await eda.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  assert.ok((await eda.find("connection-banner").boundingBox()).y >= 0, "who has scrolled sees it too");
  await examine(eda, "connection-lost");
  await fay.sees("connection-banner");
  await fay.show("33-connection-lost", { schemes: ["light", "dark"] });
});

/** How much of the upload under way is shown to have gone, as soon as it is not nothing. */
function progressOf({ page }) {
  return page.waitForFunction(() => document.querySelector('[data-testid="upload"] progress')?.value).then((shown) => shown.jsonValue());
}
