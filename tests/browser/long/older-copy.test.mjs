import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 240 }, nats: { request_timeout_ms: 500 } });

story("an open page sends again what it holds, also where the other one's message has taken its place meanwhile", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  await ana.say("hello");
  await tom.hears("hello");
  await server.kill();
  const copy = await server.copyBroker();
  await server.start();
  for (const person of [ana, tom]) await person.find("presence", { "data-online": "true" }).waitFor();

  // The broker has it and the database does not; then nobody has it but the page.
  const release = await server.holdDatabase();
  await ana.say("held by an open page");
  await tom.hears("held by an open page");
  await ana.sees("message", { "data-mine": "true", "data-state": "sent" });
  const lost = (await ana.messages()).at(-1);
  await server.kill();
  ana.watch.expect(/net::ERR_INTERNET_DISCONNECTED$/, Infinity);
  await ana.context.setOffline(true);
  await server.restoreBroker(copy);
  await release();
  await server.start();

  await tom.find("messages").getByText("held by an open page").waitFor({ state: "detached" });
  await tom.say("took its place");
  await tom.sees("message", { "data-mine": "true", "data-state": "sent" });
  assert.equal((await tom.messages()).at(-1).seq, lost.seq, "nobody knows of the loss: the sequence is given again");
  await untilStored(tom, lost.seq);
  await ana.context.setOffline(false);
  await tom.hears("held by an open page");
  await ana.hears("took its place");
  const texts = ["hello", "took its place", "held by an open page"];
  for (const person of [ana, tom]) assert.deepEqual((await person.messages()).map(({ text }) => text), texts);
});

/** The database has everything up to there. @param {import("../support/person.mjs").Person} person @param {number} seq */
async function untilStored(person, seq) {
  const deadline = Date.now() + 20_000;
  const isStored = () => person.frames.some((frame) => frame.type === "stored" && frame.seq >= seq);
  while (!isStored() && Date.now() < deadline) await person.page.waitForTimeout(100);
  assert.ok(isStored());
}
