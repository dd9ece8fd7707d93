import assert from "node:assert/strict";
import { openNewerDatabase } from "./support/newer-database.mjs";
import { openStage } from "./support/stage.mjs";
import { kept, talking, untilNothingIsKept } from "./support/unsent.mjs";

const story = openStage({ room: { countdown_secs: 240 }, nats: { request_timeout_ms: 500 } });

story("what a closed tab could not send goes out from the next one, and never from somebody else's", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const room = await ana.roomId();
  await server.kill();
  await ana.say("written without a server");
  await ana.sees("message", { "data-state": "sending" });
  await ana.page.close();
  await server.start();
  await ana.openTab(`/#/room/${room}`);
  await tom.hears("written without a server");
  await untilNothingIsKept(ana);

  // Nobody's session is left in the browser when the next one comes to it.
  await server.kill();
  await ana.say("only for Tom");
  assert.equal((await kept(ana)).length, 1);
  await ana.page.close();
  await server.start();
  await ana.context.clearCookies();
  ana.watch.expect(/^401 POST \/auth\/refresh$/);
  await ana.openTab("/");
  await ana.sees("go-signup");
  await untilNothingIsKept(ana);
  assert.ok(!(await tom.messages()).some(({ text }) => text === "only for Tom"));
});

story("a browser that keeps nothing says so, and what is written still goes out", async (scene) => {
  const [ana, tom] = await talking(scene);
  ana.watch.expect(/^console error: unsent messages are not kept/, Infinity);
  await ana.page.evaluate(openNewerDatabase);
  await ana.say("there is no room for this one");
  await ana.sees("unkept");
  await ana.show("18-nothing-is-kept", { schemes: ["light", "dark"] });
  await tom.hears("there is no room for this one");
  await ana.sees("message", { "data-mine": "true", "data-state": "sent" });
  await ana.page.evaluate(() => indexedDB.deleteDatabase("webchat"));
  await ana.say("and now there is");
  await tom.hears("and now there is");
  await ana.find("unkept").waitFor({ state: "detached" });
});

story("a broker that is away for some seconds fails no message: all go out by themselves, once and in order", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const texts = ["first", "second", "third"];
  await ana.page.evaluate(watchForFailures);
  await server.withoutBroker(async () => {
    for (const text of texts) await ana.say(text);
    await ana.sees("message", { "data-state": "sending" });
    // Longer than the server waits for the broker: it has answered each of them with an error by then.
    await ana.page.waitForTimeout(8_000);
  });
  for (const text of texts) await tom.hears(text);
  await untilNothingIsKept(ana);
  assert.ok(ana.frames.some(({ type, code }) => type === "error" && code === "unavailable"), "the outage was noticed");
  assert.equal(await ana.page.evaluate(() => window.everFailed), false);
  for (const person of [ana, tom]) assert.deepEqual((await person.messages()).map(({ text }) => text), ["hello", ...texts]);
});

/** Runs in the page: whether a message is ever shown as failed. */
function watchForFailures() {
  window.everFailed = false;
  const look = () => (window.everFailed ||= document.querySelector('[data-testid="message"][data-state="failed"]') !== null);
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}
