// What the account's screen does beside the main things: an ended session, a copy on its way or refused, and the theme.
import assert from "node:assert/strict";
import { openStage } from "../support/stage.mjs";

const story = openStage();

story("whoever comes back to a session that was ended meanwhile is told so", async (scene) => {
  const [uli] = await scene.members("Uli");
  await uli.page.goto("about:blank");
  const elsewhere = await scene.server.device(uli);
  const { items } = await elsewhere("/auth/sessions");
  for (const { id, current } of items) if (!current) await elsewhere(`/auth/sessions/${id}`, "DELETE");
  uli.watch.expect(/^401 POST \/auth\/refresh$/);
  await uli.page.goto("/");
  await uli.find("notice").getByText("You have been signed out here").waitFor();
});

story("while a copy is made the page says so, and what goes wrong is said there and tried again", async (scene) => {
  const [roy] = await scene.members("Roy");
  await roy.openAccount();
  let answer = () => {};
  const held = new Promise((resolve) => (answer = resolve));
  const answers = [() => held.then(() => ({ status: 503, contentType: "application/problem+json", body: '{"code":"unavailable"}' }))];
  await roy.page.route("**/users/me/export", async (route) => {
    const broken = answers.shift();
    return broken ? route.fulfill(await broken()) : route.continue();
  });
  roy.watch.expect(/^503 GET \/users\/me\/export$/);
  await roy.press("export");
  await roy.page.locator('[data-testid="data"][aria-busy="true"] [data-testid="export"]:disabled').waitFor();
  assert.match(await roy.reads("export"), /being made/);
  await roy.inspect("account-export");
  answer();
  await roy.sees("export-fault");
  await roy.inspect("account-export-fault");
  const [download] = await Promise.all([roy.page.waitForEvent("download"), roy.find("export-fault").getByRole("button").click()]);
  assert.equal(download.suggestedFilename(), `webchat-${roy.username}.json`);
  await roy.page.locator('[data-testid="data"][aria-busy="false"] [data-testid="export"]:enabled').waitFor();
  assert.equal(await roy.find("export-fault").count(), 0);
});

story("a theme that is chosen is worn at once, also after a reload", async (scene) => {
  const [tom] = await scene.members("Tom");
  await tom.openAccount();
  const ground = () => tom.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await tom.find("theme").selectOption("dark");
  const dark = await ground();
  assert.notEqual(dark, light);
  await tom.page.reload();
  await tom.sees("account");
  assert.equal(await ground(), dark);
});
