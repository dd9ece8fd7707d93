import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";
import { OUTAGE } from "./support/watch.mjs";

const story = openStage({ room: { countdown_secs: 180 } });

story("after kill -9 of the server the page comes back by itself, with nothing lost and nothing twice", async (scene) => {
  const { server } = scene;
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  await ana.say("one");
  await tom.hears("one");
  await tom.say("two");
  await ana.hears("two");
  const endsAt = await endOf(server, ana);

  // Nobody waits for the acknowledgement of the last one before the cut.
  await ana.say("three");
  await server.kill();
  await ana.sees("connection-banner");
  assert.equal(await ana.find("presence").getAttribute("data-online"), "false", "nobody knows who is there");
  await ana.say("written without a server");
  await ana.sees("message", { "data-state": "sending" });
  await ana.narrow();
  await ana.show("17-connection-lost");
  await server.start();

  await tom.hears("written without a server");
  await tom.say("welcome back");
  await ana.hears("welcome back");
  await ana.find("connection-banner").waitFor({ state: "detached" });
  await sleep(1_000); // whatever would come twice has come by now
  const read = await server.device(ana);
  const { items } = await read(`/chat/rooms/${await ana.roomId()}/messages`);
  const texts = ["one", "two", "three", "written without a server", "welcome back"];
  assert.deepEqual(items.map(({ text }) => text), texts);
  for (const person of [ana, tom]) {
    const shown = await person.messages();
    assert.deepEqual(shown.map(({ seq, text }) => ({ seq, text })), items.map(({ seq, text }) => ({ seq, text })));
    assert.ok(shown.every(({ state }) => state === "sent" || state === "received"));
  }
  assert.equal(await endOf(server, ana), endsAt, "the clock has run on");
});

story("what was read is said again where a gateway has died with it", async (scene) => {
  const [eli, fay] = await scene.members("Eli", "Fay");
  let mayPass = false;
  let cut = () => {};
  await fay.page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      if (mayPass || JSON.parse(data).type !== "read") return server.send(data);
      cut = () => socket.close({ code: 1001 }); // it was taken, and nobody will ever hear of it
    });
  });
  await fay.page.reload();
  await meet(eli, fay);
  await eli.say("have you seen this?");
  await fay.hears("have you seen this?");
  await eli.find("receipt").getByText("Sent").waitFor();
  mayPass = true;
  cut();
  await eli.find("receipt").getByText("Seen").waitFor();
});

async function endOf(server, member) {
  const read = await server.device(member);
  return (await read(`/simple-countdown/status/${await member.roomId()}`)).ends_at;
}
