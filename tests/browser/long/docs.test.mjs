import assert from "node:assert/strict";
import { openStage } from "../support/stage.mjs";

const story = openStage();

story("the documents of the API can be read without anything from outside", async (scene) => {
  const dev = await scene.enter("Dev");
  await dev.page.goto("/docs");
  await dev.page.getByText("/simple-countdown/status/{room_id}").first().waitFor();
  await dev.show("22-docs");
  await dev.page.goto("/ws/docs");
  await dev.page.getByText("match_found").first().waitFor({ state: "attached" });
  assert.ok((await dev.page.locator("main").innerText()).length > 500, "the page has words of its own");
  await dev.show("23-ws-docs");
});
