import assert from "node:assert/strict";
import { cableOf } from "../support/cable.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 12, notification_secs: 50 } });

/** What a page says while its answers do not get through. */
const UNHEARD = /^(no answer: POST \/(simple-countdown\/response|chat\/rooms|auth\/logout)|console error: (WebSocket|action failed))/;

story("an answer that does not get through is said at once, also before a loss of the connection is worth a word", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  ada.watch.expect(UNHEARD, Infinity);
  const cable = await cableOf(ada);
  await meet(ada, ben);
  await ada.sees("decision", {}, 30_000);
  const votes = "**/simple-countdown/response/*";
  await ada.page.route(votes, (route) => route.abort("connectionrefused"));
  await cable.pull();
  await ada.press("keep");
  await ada.sees("answer-unsaved", {}, 3_000);
  assert.equal(await ada.find("connection-banner").count(), 0, "nothing else says it yet");
  assert.equal(await ada.find("answered").count(), 0);
  await ada.inspect("59-answer-unsaved");

  await ada.page.unroute(votes);
  await cable.putBack();
  await ada.sees("answered", { "data-response": "keep" });
  assert.equal(await ada.find("answer-unsaved").count(), 0);
  await ben.press("keep");
  await ada.sees("outcome", { "data-outcome": "kept" });
});

story("an answer goes out by itself when there is a connection, also while its request hangs, and from another screen", async (scene) => {
  const [mia, tim] = await scene.members("Mia", "Tim");
  mia.watch.expect(UNHEARD, Infinity);
  const cable = await cableOf(mia);
  await meet(mia, tim);
  await mia.sees("decision", {}, 30_000);
  const votes = "**/simple-countdown/response/*";
  let isHanging = true;
  await mia.page.route(votes, (route) => (isHanging ? undefined : route.continue()));
  await cable.pull();
  await mia.press("keep");
  await mia.sees("answer-unsaved");
  assert.equal(await mia.find("answered").count(), 0);
  await mia.go("conversations");
  isHanging = false;
  await cable.putBack();
  await tim.press("keep");
  await tim.sees("outcome", { "data-outcome": "kept" });
  await mia.find("conversations").getByTestId("conversation").waitFor();
});

story("an answer that comes too late is not told as given", async (scene) => {
  const [liv, per] = await scene.members("Liv", "Per");
  liv.watch.expect(UNHEARD, Infinity);
  await meet(liv, per);
  await liv.sees("decision", {}, 30_000);
  await liv.page.route("**/simple-countdown/response/*", (route) => route.abort("connectionrefused"));
  await liv.press("keep");
  await liv.sees("answer-unsaved");
  await liv.sees("outcome", { "data-reason": "not_kept" }, 60_000);
  await liv.sees("answer-late");
  await liv.inspect("59-answer-late");
});

story("while the connection is lost, no answer looks given that is not: a keep, a leave and a sign-out that fail say so", async (scene) => {
  const [eve, jan] = await scene.members("Eve", "Jan");
  eve.watch.expect(UNHEARD, Infinity);
  const cable = await cableOf(eve);
  await meet(eve, jan);
  await eve.sees("decision", {}, 30_000);
  await cable.pull();
  await eve.sees("connection-banner");
  const answers = /\/(simple-countdown\/response\/|chat\/rooms\/[^/]+\/leave$|auth\/logout$)/;
  await eve.page.route(answers, (route) => route.abort("connectionrefused"));
  await eve.press("keep");
  await eve.sees("answer-unsaved");
  assert.equal(await eve.find("answered").count(), 0);

  await eve.press("leave-room");
  await eve.press("confirm-leave");
  await eve.sees("notice");
  await eve.sees("leave-question");
  await eve.find("notice").waitFor({ state: "detached" });
  await eve.show("59-leave-failed");

  // Without an answer it is neither done nor failed, and looks like neither.
  await eve.page.unroute(answers);
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = resolve));
  await eve.page.route(answers, async (route) => {
    await held;
    await route.continue();
  });
  await eve.press("confirm-leave");
  await eve.page.locator('[data-testid="confirm-leave"]:disabled').waitFor();
  assert.equal(await jan.find("outcome").count(), 0);
  letGo();
  await eve.sees("outcome", { "data-reason": "left" });
  await jan.sees("outcome", { "data-reason": "left" });

  await eve.page.unroute(answers);
  await eve.page.route(answers, (route) => route.abort("connectionrefused"));
  await eve.go("account");
  await eve.press("logout");
  await eve.sees("notice");
});
