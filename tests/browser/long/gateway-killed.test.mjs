import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../support/deployment.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const deployment = new Deployment({ room: { countdown_secs: 240 } });
const story = openStage({}, deployment);

const LINES_EACH_TIME = 4;
const TIMES = 3;

story("a gateway is killed in the middle of a talk, again and again: nothing is lost, nothing is twice, the order stays", async (scene) => {
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  const said = { ana: [], tom: [] };
  const say = async (person, key, text) => {
    said[key].push(text);
    await person.say(text);
  };
  for (let time = 1; time <= TIMES; time += 1) {
    for (let line = 1; line <= LINES_EACH_TIME; line += 1) {
      await say(ana, "ana", `ana ${time}.${line}`);
      await say(tom, "tom", `tom ${time}.${line}`);
    }
    // Nobody waits for an acknowledgement, and what follows is written without a gateway.
    await deployment.killGateway();
    await say(ana, "ana", `ana ${time}, in the dark`);
    await say(tom, "tom", `tom ${time}, in the dark`);
    await deployment.startGateway();
    await ana.hears(`tom ${time}, in the dark`);
    await tom.hears(`ana ${time}, in the dark`);
  }
  for (const person of [ana, tom]) await person.find("message", { "data-state": "sending" }).first().waitFor({ state: "detached" });
  await sleep(1_000); // whatever would come twice has come by now

  const read = await scene.server.device(ana);
  const { items } = await read(`/chat/rooms/${await ana.roomId()}/messages?limit=100`);
  const texts = items.map(({ text }) => text);
  for (const [key, lines] of Object.entries(said)) {
    assert.deepEqual(texts.filter((text) => text.startsWith(key)), lines, `${key}'s lines, each once and in order`);
  }
  for (const person of [ana, tom]) {
    const shown = await person.messages();
    assert.deepEqual(shown.map(({ seq, text }) => ({ seq, text })), items.map(({ seq, text }) => ({ seq, text })));
    assert.ok(shown.every(({ state }) => state === "sent" || state === "received"));
  }
});
