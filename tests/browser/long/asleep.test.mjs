import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

/** A page that did not run for 15 seconds knows that it was asleep. */
const NIGHT_MS = 16_000;
const AWAKE_WITHIN_MS = 40_000;

story("a page that was asleep, and whose sockets and token died meanwhile, goes on without a gap", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of [...OUTAGE, /^401 /]) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  await ana.say("good night");
  await tom.hears("good night");

  const wake = await putToSleep(ana);
  try {
    const night = sleep(NIGHT_MS);
    await server.kill();
    server.outdateTokens();
    await server.start();
    await tom.find("presence", { "data-online": "false" }).waitFor();
    for (const line of ["one", "two", "three"]) await tom.say(line);
    await tom.find("message", { "data-state": "sending" }).first().waitFor({ state: "detached" });
    await night;
  } finally {
    wake();
  }
  await ana.find("message-text").getByText("three", { exact: true }).waitFor({ timeout: AWAKE_WITHIN_MS });
  await tom.find("presence", { "data-online": "true" }).waitFor();
  await ana.say("good morning");
  await tom.hears("good morning");
  const lines = (await tom.messages()).map(({ seq, text }) => ({ seq, text }));
  assert.deepEqual(lines.map(({ text }) => text), ["good night", "one", "two", "three", "good morning"]);
  assert.deepEqual((await ana.messages()).map(({ seq, text }) => ({ seq, text })), lines);
  const read = await server.device(ana);
  const { ends_at } = await read(`/simple-countdown/status/${await ana.roomId()}`);
  await ana.seesTimeUntil(Date.parse(ends_at));
});

/**
 * The process of a person's page stands still, as on a machine that sleeps.
 * @param {import("../support/person.mjs").Person} person
 * @returns {Promise<() => void>} wakes it
 */
async function putToSleep({ context, page }) {
  const browser = await context.browser().newBrowserCDPSession();
  const used = async () => {
    const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime]));
  };
  // Which of the browser's processes it is, is seen by what it takes to be busy.
  const before = await used();
  await page.evaluate(() => {
    for (const until = performance.now() + 1_000; performance.now() < until;);
  });
  const more = [...(await used())].map(([id, cpuTime]) => ({ id, cpuTime: cpuTime - (before.get(id) ?? cpuTime) }));
  const { id } = more.reduce((most, each) => (each.cpuTime > most.cpuTime ? each : most));
  process.kill(id, "SIGSTOP");
  return () => process.kill(id, "SIGCONT");
}
