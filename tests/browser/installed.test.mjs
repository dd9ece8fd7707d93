import assert from "node:assert/strict";
import { openStage } from "./support/stage.mjs";

const story = openStage();

/** All that any cache of the page has. */
const kept = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return requests.flat().map(({ url }) => new URL(url).pathname).sort();
});

story("the page opens without a connection, and nothing that the API answers is kept", async (scene) => {
  const [ida] = await scene.members("Ida");
  await ida.page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active.state));
  await ida.page.reload();
  await ida.sees("profile-form");
  assert.equal(await ida.page.evaluate(() => navigator.serviceWorker.controller !== null), true, "the worker serves the page");
  await ida.go("account");
  await ida.sees("account");
  await ida.go("wait");
  await ida.sees("join-queue");
  const files = await kept(ida.page);
  assert.ok(files.includes("/js/app.js") && files.includes("/"));
  const isShell = /^\/$|^\/manifest\.webmanifest$|^\/(css|img|js|locales|vendor)\//;
  assert.deepEqual(files.filter((path) => !isShell.test(path)), []);

  await scene.server.kill();
  ida.watch.expect(/^(no answer|console (error|warning))/, Infinity);
  await ida.page.reload();
  await ida.sees("connection-banner");
  await ida.show("25-offline");
  await scene.server.start();
  await ida.sees("join-queue", {}, 30_000);
});

story("the page can be installed", async (scene) => {
  const leo = await scene.enter("Leo");
  const session = await leo.context.newCDPSession(leo.page);
  const { errors, url } = await session.send("Page.getAppManifest");
  assert.match(url, /manifest\.webmanifest$/);
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Every story has a browser window of its own that remembers nothing, which is no place to install into.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
});

story("the first page is there soon, also on a slow phone", async (scene) => {
  const kit = await scene.enter("Kit");
  const session = await kit.context.newCDPSession(kit.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await session.send("Network.enable");
  let [bytes, answers] = [0, 0];
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    answers += 1;
  });
  kit.watch.expect(/^401 POST \/auth\/refresh$/);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await kit.page.reload();
  await kit.sees("go-signup");
  const paintMs = await kit.page.evaluate(() =>
    new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntriesByName("first-contentful-paint")[0].startTime))
      .observe({ type: "paint", buffered: true })));
  console.log(`at a fourth of the speed: first paint after ${paintMs.toFixed(0)} ms, ${(bytes / 1024).toFixed(0)} KiB in ${answers} answers`);
  assert.ok(paintMs > 0);
  assert.ok(bytes > 20 * 1024, "the bytes are counted");
  // What is promised are the files; each answer has headers beside.
  assert.ok(bytes <= 120 * 1024 + answers * 800, "as few bytes as promised, and their headers");
});
