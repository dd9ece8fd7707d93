// The list of conversations, and what is counted in it, over losses of the connection.
import assert from "node:assert/strict";
import { cableOf } from "../support/cable.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { OUTAGE } from "../support/watch.mjs";

const story = openStage({ room: { countdown_secs: 240 } });
/** More than a new connection names. */
const MANY = 52;

story("who has kept more conversations than a connection names still has the oldest, also when it comes back", async (scene) => {
  const [ada, ben] = await keeping(scene, "Ada", "Ben");
  const room = await ben.roomId();
  await Promise.all(["cat", "dot", "eve", "fay"].map((name) => passBy(scene.server, ada, name, MANY / 4)));

  await ada.go("profile");
  const cable = await cableOf(ada);
  await ada.sees("profile-form");
  await ben.say("do you see this one?");
  await ada.page.waitForFunction(() => document.title.startsWith("(1) "));
  await ada.page.reload();
  await ada.page.waitForFunction(() => document.title.startsWith("(1) "));
  await ada.go("conversations");
  const row = ada.find("conversation", { "data-room-id": room });
  await row.waitFor();
  await ada.page.evaluate(watchForLoss, room);
  await cable.pull();
  await cable.putBack();
  await ben.say("and this one?");
  await row.getByText("and this one?").waitFor();
  assert.equal(await ada.page.evaluate(() => window.everGone), false);
});

story("what is read here stays read when the connection comes back, though the database does not have it yet", async (scene) => {
  const [ida, tim] = await keeping(scene, "Ida", "Tim");
  const cable = await cableOf(ida);
  await ida.hears("hello");
  const room = await ida.roomId();
  await ida.go("conversations");
  for (const text of ["one", "two", "three"]) await tim.say(text);
  await ida.find("unread").getByText("3", { exact: true }).waitFor();
  const asIda = await scene.server.device(ida);
  const counted = async () => (await asIda(`/chat/rooms/${room}`)).unread_count;
  const release = await scene.server.holdDatabase();
  try {
    await ida.go(`room/${room}`);
    await ida.hears("three");
    await ida.page.waitForFunction(() => !document.title.startsWith("("));
    await cable.pull();
    await cable.putBack(2);
    assert.equal(await counted(), 3, "the server has not counted it yet");
    await ida.page.waitForTimeout(500); // the hello has had its effect
    assert.match(await ida.page.title(), /^[^(]/);
  } finally {
    await release();
  }
});

/** Somebody is met so often, and left each time. */
async function passBy(server, person, name, times) {
  const [asPerson, asOther] = [await server.device(person), await server.newcomer(name)];
  const { id: peer_id } = await asOther("/users/me");
  for (let count = 0; count < times; count += 1) {
    const { id } = await asPerson("/chat/rooms", "POST", { peer_id });
    await asPerson(`/chat/rooms/${id}/leave`, "POST");
  }
}

/** Two people who have met, and kept it. */
async function keeping(scene, ...names) {
  const people = await scene.members(...names);
  for (const person of people) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(...people);
  await people[0].say("hello");
  await people[1].hears("hello");
  const room = await people[0].roomId();
  for (const person of people) await (await scene.server.device(person))(`/chat/keep/${room}`, "POST");
  await people[0].find("presence").getByText("kept").waitFor();
  return people;
}

/** Runs in the page: whether the row of a room is ever gone. */
function watchForLoss(room) {
  window.everGone = false;
  const look = () => (window.everGone ||= document.querySelector(`[data-room-id="${room}"]`) === null);
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}
