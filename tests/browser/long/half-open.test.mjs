import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";
import { Wire } from "../support/wire.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

/** The page asks every 20 seconds whether the server is there, and waits 8 for an answer. */
const NOTICED_WITHIN_MS = 45_000;

story("a connection that dies without being closed is noticed by the page, and nothing that was said meanwhile is lost or comes twice", async (scene) => {
  const wire = new Wire(scene.server.origin);
  try {
    const ana = await scene.enter("Ana", { origin: await wire.lay() });
    await ana.becomeMember();
    const [tom] = await scene.members("Tom");
    for (const pattern of OUTAGE) ana.watch.expect(pattern, Infinity);
    await meet(ana, tom);
    await ana.say("one");
    await tom.hears("one");

    wire.goDead();
    await tom.say("two");
    await ana.say("three");
    await ana.sees("message", { "data-state": "sending" });
    assert.equal(await ana.find("message-text").getByText("two", { exact: true }).count(), 0, "the wire is dead");
    await ana.find("message-text").getByText("two", { exact: true }).waitFor({ timeout: NOTICED_WITHIN_MS });
    await tom.hears("three");
    await tom.say("four");
    await ana.hears("four");
    const heard = (await tom.messages()).map(({ seq, text }) => ({ seq, text }));
    assert.deepEqual(heard.map(({ text }) => text), ["one", "two", "three", "four"]);
    await ana.find("message", { "data-state": "sending" }).waitFor({ state: "detached" });
    assert.deepEqual((await ana.messages()).map(({ seq, text }) => ({ seq, text })), heard);
    await tom.find("presence", { "data-online": "true" }).waitFor();
  } finally {
    wire.cut();
  }
});
