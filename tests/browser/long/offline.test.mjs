import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240 } });

/** What a page may say while it has no network. */
const OFFLINE = [/^no answer: .*net::ERR_INTERNET_DISCONNECTED/, /^console error: (WebSocket|action failed)/];

const GRACE_MS = 5_000;

story("a short loss is nobody's business, a longer one is said, and the page catches up as soon as there is a network", async (scene) => {
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const pattern of OFFLINE) ana.watch.expect(pattern, Infinity);
  const network = await networkOf(ana);
  await meet(ana, tom);
  await tom.say("before");
  await ana.hears("before");

  await network.off();
  const since = Date.now();
  await ana.find("connection-banner").waitFor();
  const shownAfterMs = Date.now() - since;
  assert.ok(shownAfterMs > GRACE_MS - 500, `the banner came after ${shownAfterMs} ms`);
  assert.equal(await ana.find("presence").getAttribute("data-online"), "false");
  await ana.say("written without a network");
  await ana.sees("message", { "data-state": "sending" });
  await ana.inspect("49-sending");
  for (const line of ["one", "two", "three"]) await tom.say(line);
  await tom.find("message", { "data-state": "sending" }).first().waitFor({ state: "detached" });

  await network.on();
  await ana.hears("three");
  await tom.hears("written without a network");
  await ana.find("connection-banner").waitFor({ state: "detached" });
  const lines = (await tom.messages()).map(({ seq, text }) => ({ seq, text }));
  assert.deepEqual(lines.map(({ text }) => text), ["before", "one", "two", "three", "written without a network"]);
  assert.deepEqual((await ana.messages()).map(({ seq, text }) => ({ seq, text })), lines);
});

/** The cable of a person's browser, which can be pulled: browsers leave open sockets alone when they go offline. */
async function networkOf({ context, page }) {
  const sockets = new Set();
  let isOff = false;
  await page.routeWebSocket(/\/ws\//, (socket) => {
    if (isOff) return socket.close({ code: 1001 });
    socket.connectToServer();
    sockets.add(socket);
  });
  await page.reload();
  return {
    async off() {
      isOff = true;
      await context.setOffline(true);
      await Promise.all([...sockets].map((socket) => socket.close({ code: 1001 })));
      sockets.clear();
    },
    async on() {
      isOff = false;
      await context.setOffline(false);
    },
  };
}
