import assert from "node:assert/strict";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage({ room: { countdown_secs: 60 } });

story("a reload in mid-countdown shows the right time and all messages, and the talk goes on", async (scene) => {
  const [mia, leo] = await scene.members("Mia", "Leo");
  const read = await scene.server.device(mia);
  await meet(mia, leo);
  const texts = Array.from({ length: 8 }, (_, index) => `line ${index + 1}`);
  for (const [index, text] of texts.entries()) {
    const [speaker, listener] = index % 2 === 0 ? [mia, leo] : [leo, mia];
    await speaker.say(text);
    await listener.hears(text);
  }
  const before = await mia.messages();
  assert.deepEqual(before.map(({ text }) => text), texts);

  await mia.page.reload();
  await mia.sees("countdown-text");
  await mia.hears(texts.at(-1));
  const asked = Date.now();
  const status = await read(`/simple-countdown/status/${await mia.roomId()}`);
  assert.equal(status.state, "countdown");
  await mia.seesTimeUntil((asked + Date.now()) / 2 + status.remaining_ms);
  assert.deepEqual(await mia.messages(), before);

  await mia.say("and on");
  await leo.hears("and on");
  await leo.say("and on again");
  await mia.hears("and on again");
  for (const person of [mia, leo]) {
    const messages = await person.messages();
    assert.deepEqual(messages.map(({ text }) => text), [...texts, "and on", "and on again"]);
    const seqs = messages.map(({ seq }) => seq);
    assert.deepEqual(seqs, [...new Set(seqs)].sort((a, b) => a - b), "in order, each once");
  }
});

story("a reload in the waiting room keeps the place in the queue", async (scene) => {
  const [kim] = await scene.members("Kim");
  const read = await scene.server.device(kim);
  await kim.joinQueue();
  await kim.sees("waiting");
  const before = await read("/match/queue");

  await kim.page.reload();
  await kim.sees("waiting");
  const afterwards = await read("/match/queue");
  assert.equal(afterwards.state, "waiting");
  assert.equal(afterwards.ticket_id, before.ticket_id);
  assert.equal(afterwards.joined_at, before.joined_at);

  await kim.press("leave-queue");
  await kim.sees("join-queue");
  assert.equal((await read("/match/queue")).state, "none");
});

story("whoever waits is still matched after a reload", async (scene) => {
  const [ivy, max] = await scene.members("Ivy", "Max");
  await ivy.joinQueue();
  await ivy.sees("waiting");
  await ivy.page.reload();
  await ivy.sees("waiting");
  await max.joinQueue();
  await Promise.all([ivy, max].map((person) => person.press("start-chatting")));
  await ivy.say("found you");
  await max.hears("found you");
});

story("a request that the reload cuts off is no failure", async (scene) => {
  const [zoe] = await scene.members("Zoe");
  await zoe.joinQueue();
  await zoe.sees("waiting");
  const asked = zoe.page.waitForEvent("request", { predicate: (request) => request.url().endsWith("/match/queue"), timeout: 15_000 });
  await zoe.page.route("**/match/queue", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue().catch(() => {}); // the page that asked has gone meanwhile
  });
  await asked;
  await zoe.page.reload();
  await zoe.page.unroute("**/match/queue");
  await zoe.sees("waiting");
});
