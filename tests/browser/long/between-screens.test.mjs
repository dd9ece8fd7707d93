// What is shown for a moment, and seldom: the wait for a screen, what a report leaves, a conversation that others have ended.
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 200 } });

/** Holds up the answers to these requests. @param {import("../support/person.mjs").Person} person @param {string} address @returns {Promise<() => void>} lets them go */
async function hold({ page }, address) {
  /** @type {() => void} */
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route(address, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

/** What the server says from now on, with another reason why the room has ended. @param {import("../support/person.mjs").Person} person @param {string} reason */
async function endedFor({ page }, reason) {
  const said = (words) => String(words).replaceAll('"reason":"left"', `"reason":"${reason}"`);
  await page.route("**/simple-countdown/status/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: said(await response.text()) });
  });
  await page.routeWebSocket(/\/ws\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(said(message)));
  });
}

story("what is shown while a screen is on its way keeps the rules of every screen", async (scene) => {
  const [gil, hal] = await scene.members("Gil", "Hal");
  await meet(gil, hal);
  const room = new URL(gil.page.url()).hash;
  await gil.go("conversations");
  await gil.sees("open-rooms");
  const openRoom = await hold(gil, "**/chat/rooms/*");
  await gil.page.evaluate((hash) => (location.hash = hash), room);
  await gil.page.getByRole("heading", { name: "One moment…" }).waitFor();
  await gil.inspect("one-moment-room");
  openRoom();
  await gil.sees("chat");

  const readProfile = await hold(gil, "**/users/me/profile");
  await gil.page.goto("/#/wait");
  await gil.page.reload();
  await gil.page.getByText("One moment…").waitFor();
  await gil.inspect("one-moment-waiting");
  readProfile();
  await gil.sees("chat"); // somebody waits for him there

  const takeUp = await hold(gil, "**/auth/refresh");
  await gil.page.reload();
  await gil.page.getByText("One moment…").waitFor();
  await gil.inspect("one-moment-session");
  takeUp();
  await gil.sees("chat");
});

story("what a report leaves, and a conversation that a moderator or a block has ended, keep the rules of every screen", async (scene) => {
  const [ivo, joy] = await scene.members("Ivo", "Joy");
  await meet(ivo, joy);
  await joy.say("hello");
  await ivo.hears("hello");
  await ivo.press("open-peer");
  await ivo.find("report-reason").first().click();
  await ivo.sees("reported");
  await ivo.inspect("reported");
  await ivo.press("close-peer");
  await joy.press("leave-room");
  await joy.press("confirm-leave");
  await ivo.sees("outcome", { "data-reason": "left" });
  for (const reason of ["moderation", "blocked", "no_show"]) {
    await ivo.page.unroute("**/simple-countdown/status/*");
    await endedFor(ivo, reason);
    await ivo.page.reload();
    await ivo.sees("outcome", { "data-reason": reason });
    await ivo.inspect(`ended-${reason.replace("_", "-")}`);
  }
});
