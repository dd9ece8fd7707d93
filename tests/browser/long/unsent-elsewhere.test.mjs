// Messages that are not sent yet when their room is left.
import assert from "node:assert/strict";
import { cableOf } from "../support/cable.mjs";
import { openNewerDatabase } from "../support/newer-database.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 240 } });

story("what is on its way when its room is left goes out by itself, in its order, and the list says so until then", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await talking(scene);
  await server.kill();
  for (const text of ["one", "two"]) await ana.say(text);
  await ana.go("conversations");
  await ana.sees("not-sent", { "data-state": "sending" });
  await ana.inspect("47-not-sent-yet", [320, 1280]);
  await server.start();
  await tom.hears("two");
  await ana.find("not-sent").waitFor({ state: "detached" });
  assert.equal(await ana.find("chat").count(), 0, "Ana has not come back to the room");
  await ana.find("last-message").getByText("two").waitFor();
  assert.deepEqual((await tom.messages()).map(({ text }) => text), ["hello", "one", "two"]);

  await ana.page.goBack();
  await ana.hears("two");
  assert.deepEqual((await ana.messages()).map(({ text, state }) => [text, state]), [["hello", "sent"], ["one", "sent"], ["two", "sent"]]);
});

story("where the browser keeps nothing, what is not sent is held until its room is opened again, and leaving the page is asked first", async (scene) => {
  const [bea, tim] = await talking(scene);
  bea.watch.expect(/^console error: unsent messages are not kept/, Infinity);
  bea.watch.expect(/^dialog: /);
  const posts = "**/chat/rooms/*/messages";
  await bea.page.route(posts, (route) => (route.request().method() === "POST" ? route.abort("connectionrefused") : route.continue()));
  const cable = await cableOf(bea);
  await bea.hears("hello");
  await bea.page.evaluate(openNewerDatabase);
  await cable.pull();
  await bea.say("only this page has it");
  await bea.sees("unkept");
  await bea.go("conversations");
  await bea.sees("not-sent", { "data-state": "sending" });
  await bea.page.evaluate(() => location.reload());
  await bea.page.waitForTimeout(500);
  assert.equal(await bea.find("not-sent").count(), 1, "the page is still there");
  await cable.put();
  await bea.page.goBack();
  await tim.hears("only this page has it");
  await bea.find("message", { "data-state": "sending" }).waitFor({ state: "detached" });
});

story("what the server does not take any more is shown as not sent in the list, and in its room", async (scene) => {
  const { server } = scene;
  const [cay, ted] = await talking(scene);
  await server.kill();
  await cay.say("too late");
  await cay.go("conversations");
  await cay.page.close();
  await server.start();
  const asTed = await server.device(ted);
  const room = await ted.roomId();
  await asTed(`/chat/rooms/${room}/leave`, "POST");
  cay.watch.expect(/^409 POST \/chat\/rooms\/[^/]+\/messages$/);
  await cay.openTab("/#/conversations");
  await cay.sees("not-sent", { "data-state": "failed" });
  const another = cay.page;
  await cay.openTab("/#/conversations");
  await cay.sees("not-sent", { "data-state": "failed" });
  await cay.find("not-sent").click();
  await cay.sees("message", { "data-state": "failed" });
  await cay.press("remove-message");
  await cay.find("message", { "data-state": "failed" }).waitFor({ state: "detached" });
  cay.page = another;
  await cay.go("account");
  await cay.sees("account");
  await cay.go("conversations");
  await cay.find("not-sent").waitFor({ state: "detached" });
  await cay.sees("past-conversations");
  await cay.page.reload();
  await cay.sees("past-conversations");
  await cay.page.waitForTimeout(1_500); // what is kept has been looked through by then
  assert.equal(await cay.find("not-sent").count(), 0, "nothing stays in the browser");
});

/** Two people who have met, and whose first message has come. */
async function talking(scene) {
  const people = await scene.members("Ana", "Tom");
  for (const person of people) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(...people);
  await people[0].say("hello");
  await people[1].hears("hello");
  await people[0].sees("message", { "data-mine": "true", "data-state": "sent" });
  return people;
}
