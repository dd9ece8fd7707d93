// What a sender holds until the database has it, and what is shown of it.
import assert from "node:assert/strict";
import { openStage } from "../support/stage.mjs";
import { kept, talking, untilNothingIsKept } from "../support/unsent.mjs";

const story = openStage({ room: { countdown_secs: 240 }, nats: { request_timeout_ms: 500 } });

story("a broker that comes back with an older copy loses nothing that a page or a browser still holds", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  await server.kill();
  const copy = await server.copyBroker();
  await server.start();
  await backOnline(ana, tom);

  // The broker has them and the database does not.
  const release = await server.holdDatabase();
  await ana.say("from a tab that is closed");
  await tom.hears("from a tab that is closed");
  await tom.say("from a tab that stays open");
  await ana.hears("from a tab that stays open");
  for (const person of [ana, tom]) await person.sees("message", { "data-mine": "true", "data-state": "sent" });
  assert.equal((await kept(ana)).length, 1);
  const room = await ana.roomId();
  await ana.page.close();
  await server.kill();
  await server.restoreBroker(copy);
  await release();
  await server.start();

  await ana.openTab(`/#/room/${room}`);
  await ana.hears("from a tab that is closed");
  await ana.hears("from a tab that stays open");
  await tom.hears("from a tab that is closed");
  await ana.say("welcome back");
  await tom.hears("welcome back");
  for (const person of [ana, tom]) await untilNothingIsKept(person);
  const read = await server.device(ana);
  const { items } = await read(`/chat/rooms/${room}/messages`);
  const texts = items.map(({ text }) => text);
  assert.deepEqual([texts[0], texts.at(-1)], ["hello", "welcome back"]);
  assert.deepEqual(texts.toSorted(), ["from a tab that is closed", "from a tab that stays open", "hello", "welcome back"]);
  for (const person of [ana, tom]) {
    const shown = await person.messages();
    assert.deepEqual(shown.map(({ seq, text }) => ({ seq, text })), items.map(({ seq, text }) => ({ seq, text })));
    assert.ok(shown.every(({ state }) => state === "sent" || state === "received"));
  }
});

story("each message of one's own says how far it is", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  await server.kill();
  await ana.say("on its way");
  await ana.sees("message", { "data-state": "sending" });
  await ana.show("19-message-states", { schemes: ["light", "dark"] });
  await server.start();
  await tom.hears("on its way");
  await ana.find("message", { "data-state": "sending" }).waitFor({ state: "detached" });
  const states = (await ana.messages()).map(({ text, state }) => [text, state]);
  assert.deepEqual(states, [["hello", "sent"], ["on its way", "sent"]]);
});

story("when the room ends, what was acknowledged is kept until it is stored, and is not lost from sight", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const release = await server.holdDatabase();
  await ana.say("the broker alone has this");
  await tom.hears("the broker alone has this");
  await ana.sees("message", { "data-mine": "true", "data-state": "sent" });
  await endChat(tom);
  await ana.sees("outcome");
  assert.equal((await kept(ana)).length, 1, "it is not stored yet");
  const room = await ana.roomId();
  await ana.go("conversations");
  await ana.go(`room/${room}`);
  await ana.hears("the broker alone has this");
  assert.equal((await kept(ana)).length, 1, "nor when the room is opened again");
  await release();
  await ana.page.waitForTimeout(2_000); // what is still to be written has been written by then
  await ana.page.reload();
  await ana.hears("the broker alone has this");
  await untilNothingIsKept(ana);
  assert.deepEqual((await ana.messages()).map(({ text, state }) => [text, state]), [["hello", "sent"], ["the broker alone has this", "sent"]]);
});

story("what a closed tab could not send before the room ended is shown as not sent", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  const room = await ana.roomId();
  await server.kill();
  await ana.say("too late");
  await ana.sees("message", { "data-state": "sending" });
  await ana.page.close();
  await server.start();
  await backOnline(tom);
  await endChat(tom);
  ana.watch.expect(/^409 POST \/chat\/rooms\/[^/]+\/messages$/);
  await ana.openTab(`/#/room/${room}`);
  await ana.sees("message", { "data-state": "failed" });
  assert.deepEqual((await ana.messages()).map(({ text, state }) => [text, state]), [["hello", "sent"], ["too late", "failed"]]);
  assert.equal(await ana.find("retry").count(), 0, "an ended chat takes no more messages");
});

/** @param {import("../support/person.mjs").Person} person */
async function endChat(person) {
  await person.press("leave-room");
  await person.press("confirm-leave");
  await person.sees("outcome");
}

/** @param {import("../support/person.mjs").Person[]} people */
async function backOnline(...people) {
  for (const person of people) await person.find("presence", { "data-online": "true" }).waitFor();
}
