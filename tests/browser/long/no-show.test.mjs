import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240, no_show_secs: 12 } });
/** So many must have met before anybody can tell how long it takes. */
const TELLING_PAIRS = 6;

story("who was matched with somebody that never comes is told so, has the place in the queue back, and meets the next one", async (scene) => {
  const [una, vic, wes] = await scene.members("Una", "Vic", "Wes");
  await una.joinQueue();
  await una.sees("waiting");
  await una.page.close(); // the place in the queue is kept for a while
  await vic.joinQueue();
  await vic.press("start-chatting");
  assert.equal(await vic.reads("chat-peer"), "Una");
  assert.match(await vic.reads("waiting-for-peer"), /Una/);
  await vic.sees("outcome", { "data-outcome": "ended", "data-reason": "no_show" }, 30_000);
  const words = await vic.reads("outcome");
  assert.match(words, /did not both arrive/);
  const room = await vic.roomId();
  await vic.show("34-no-show", { schemes: ["light", "dark"] });
  await vic.press("meet-again");
  await vic.sees("waiting");
  await wes.joinQueue();
  await Promise.all([vic, wes].map((person) => person.press("start-chatting")));
  await vic.say("You are real!");
  await wes.hears("You are real!");

  await una.openTab(`/#/room/${room}`);
  await una.sees("outcome", { "data-reason": "no_show" });
  assert.equal(await una.reads("outcome"), words, "who did not come reads the same, and nobody is to blame");
  await una.show("34-no-show-absent", { schemes: ["light", "dark"] });
  await una.go("wait");
  await una.sees("join-queue");
});

story("who waits while two others talk is told how long it may take, sees nothing move who wants it so, and meets one of them afterwards", async (scene) => {
  const [ana, tom, kim] = await scene.members("Ana", "Tom", "Kim");
  await meet(ana, tom);
  await ana.say("only the two of us");
  await tom.hears("only the two of us");
  await letOthersMeet(scene.server, TELLING_PAIRS);

  await kim.joinQueue();
  await kim.sees("waiting");
  await kim.find("estimated-wait").getByText(/about \d+ sec/).waitFor();
  assert.ok((await kim.page.evaluate(moving)) > 0);
  await kim.page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await kim.page.evaluate(moving), 0);
  const read = await scene.server.device(kim);
  assert.equal((await read("/match/queue")).state, "waiting", "who talks is not to be had");

  await tom.press("leave-room");
  await tom.press("confirm-leave");
  await ana.press("meet-again");
  await ana.press("join-queue");
  await kim.sees("match-moment");
  assert.equal(await kim.page.evaluate(moving), 0, "the moment comes without moving");
  await Promise.all([ana, kim].map((person) => person.press("start-chatting")));
  await ana.find("message-input").pressSequentially("a");
  await kim.sees("typing");
  assert.equal(await kim.page.evaluate(moving), 0, "nor does the sign of typing");
  await ana.say("and now the two of us");
  await kim.hears("and now the two of us");
  assert.deepEqual((await kim.messages()).map(({ text }) => text), ["and now the two of us"]);
});

/** Runs in the page: how many things move on it. */
function moving() {
  return document.getAnimations().filter(({ animationName }) => animationName !== "arm").length;
}

/** People of whom the story tells nothing else. */
async function letOthersMeet(server, pairs) {
  const others = await Promise.all(Array.from({ length: pairs * 2 }, (_, index) => server.newcomer(`other-${index}`)));
  await Promise.all(others.map((ask) => ask("/match/queue", "POST")));
  for (const ask of others) while ((await ask("/match/queue")).state === "waiting") await ask("/match/queue");
}
