import assert from "node:assert/strict";
import { cableOf } from "../support/cable.mjs";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 12, notification_secs: 50 } });

story("an answer that does not get through is said at once, also before a loss of the connection is worth a word", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  ada.watch.expect(/^(no answer: POST \/simple-countdown\/response|console error: (WebSocket|action failed))/, Infinity);
  const cable = await cableOf(ada);
  await meet(ada, ben);
  await ada.sees("decision", {}, 30_000);
  const votes = "**/simple-countdown/response/*";
  await ada.page.route(votes, (route) => route.abort("connectionrefused"));
  await cable.pull();
  await ada.press("keep");
  await ada.sees("notice", {}, 3_000);
  assert.equal(await ada.find("connection-banner").count(), 0, "nothing else says it yet");
  assert.equal(await ada.find("answered").count(), 0);

  await ada.page.unroute(votes);
  await cable.putBack();
  for (const person of [ada, ben]) await person.press("keep");
  await ada.sees("outcome", { "data-outcome": "kept" });
});
