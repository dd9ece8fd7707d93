// Who presses something that goes away keeps their place, and who does not see the page hears what has changed.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { uuid7 } from "../../../static/js/models/uuid7.js";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 100 } });

story("in the waiting room the focus goes to what it is about now", async (scene) => {
  const [ada] = await scene.members("Ada");
  await ada.go("wait");
  await presses(ada, "join-queue");
  await hasFocus(ada, "h1", /^Looking for someone/);
  await presses(ada, "leave-queue");
  await hasFocus(ada, "h1", /^Ready to meet/);
});

story("giving up a wish leaves the focus where the person is", async (scene) => {
  const [eve, ada] = await scene.members("Eve", "Ada");
  await eve.joinQueue();
  await eve.sees("waiting");
  await ada.go("profile");
  await ada.sees("profile-form");
  await ada.page.locator('input[name="preferred_genders"][value="man"]').check();
  await ada.saveProfile();
  await ada.joinQueue();
  await ada.sees("filter");
  await eve.press("leave-queue"); // or the two would meet
  await eve.sees("join-queue");
  await presses(ada, "relax");
  await ada.find("filter").waitFor({ state: "detached" });
  await hasFocus(ada, "h1", /^Looking for someone/);
  await ada.press("leave-queue"); // or the next story's people meet her
  await ada.sees("join-queue");
});

story("in a conversation the focus stays near what was pressed", async (scene) => {
  const [ben, cay] = await scene.members("Ben", "Cay");
  await meet(ben, cay);
  await presses(ben, "leave-room");
  await hasFocus(ben, "h2", /^End the chat with Cay/);
  await presses(ben, "stay");
  await ben.find("leave-question").waitFor({ state: "detached" });
  await hasFocus(ben, ".chat-foot");

  await ben.find("file-input").setInputFiles([1, 2].map((one) => ({ name: `${one}.txt`, mimeType: "text/plain", buffer: Buffer.from("words") })));
  await ben.page.waitForFunction(() => document.querySelectorAll('[data-testid="upload"][data-state="done"]').length === 2);
  await ben.find("remove-upload").first().focus();
  await ben.page.keyboard.press("Enter");
  await ben.page.waitForFunction(() => document.querySelectorAll('[data-testid="upload"]').length === 1);
  await hasFocus(ben, ".chat-foot");
  await ben.find("remove-upload").click();
  await ben.say("hello");
  await presses(ben, "refuse-alerts");
  await ben.find("offer-alerts").waitFor({ state: "detached" });
  await hasFocus(ben, ".chat-foot");
  await presses(ben, "keep");
  await hasFocus(ben, '[data-testid="answered"]', /^You would like to keep this chat/);
});

story("who is writing when the chat ends is at its outcome, and hears it where they listened before", async (scene) => {
  const [dan, eli] = await scene.members("Dan", "Eli");
  await meet(dan, eli);
  await dan.find("message-input").pressSequentially("half a sen");
  const region = await dan.find("outcome-call").elementHandle();
  assert.equal(await region.innerText(), "");
  await eli.press("leave-room");
  await eli.press("confirm-leave");
  await dan.sees("outcome");
  await hasFocus(dan, "h2", /^This chat has ended/);
  assert.match(await region.evaluate((place) => (place.isConnected ? place.textContent : "gone")), /^This chat has ended .+/);
});

story("the same words twice are called out twice", async (scene) => {
  const [fay, gus] = await scene.members("Fay", "Gus");
  await meet(fay, gus);
  await gus.say("ha");
  await fay.hears("ha");
  await fay.find("said").evaluate((region) => {
    window.said = [];
    new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => node.data && window.said.push(node.data))))
      .observe(region, { childList: true, subtree: true });
  });
  for (const words of ["ha", "ha", "no"]) await gus.say(words);
  await fay.hears("no");
  assert.deepEqual(await fay.page.evaluate(() => window.said), ["Gus: ha", "Gus: ha", "Gus: no"]);
});

story("on the account's screen the focus stays with its part", async (scene) => {
  const [hal, ida] = await scene.members("Hal", "Ida");
  const read = await scene.server.device(hal);
  await meet(hal, ida);
  await hal.press("open-peer");
  await hal.press("like");
  await hal.sees("like", { "aria-pressed": "true" });
  await hal.press("close-peer");
  await hal.go("account");
  await hal.sees("liked");
  await presses(hal, "ask-deletion");
  await hasFocus(hal, "h3", /^Delete your account for good/);
  await presses(hal, "keep-account");
  await hasFocus(hal, "h2", /^Your data/);
  await hal.find("liked").getByRole("button").focus();
  await hal.page.keyboard.press("Enter");
  await hal.sees("no-likes");
  await hasFocus(hal, "h2", /^People you like/);
  assert.equal((await read("/auth/sessions")).items.length, 2);
  await hal.find("session", { "data-current": "false" }).getByRole("button").focus();
  await hal.page.keyboard.press("Enter");
  await hal.page.waitForFunction(() => document.querySelectorAll('[data-testid="session"]').length === 1);
  await hasFocus(hal, "h2", /^Where you are signed in/);
});

story("in a list the focus stays with its row when others come in above it", async (scene) => {
  const [jan] = await scene.members("Jan");
  const asJan = await scene.server.device(jan);
  const [kit, lou] = await Promise.all(["kit", "lou"].map((name) => scene.server.newcomer(name)));
  const [withKit, withLou] = [await roomOf(asJan, kit), await roomOf(asJan, lou)];
  await write(kit, withKit, 60);
  await jan.go("conversations");
  await jan.find("conversation", { "data-room-id": withLou }).waitFor();
  await jan.find("conversation", { "data-room-id": withKit }).focus();
  await write(lou, withLou, 1);
  await jan.page.waitForFunction((first) => document.querySelector('[data-testid="conversation"]').dataset.roomId === first, withLou);
  await hasFocus(jan, `[data-room-id="${withKit}"]`);

  await jan.page.keyboard.press("Enter");
  await jan.hears("kit's 60");
  assert.equal(await jan.find("message").count(), 50);
  await jan.find("copy").last().focus();
  await jan.page.keyboard.press("Home");
  await jan.hears("kit's 1");
  assert.equal(await jan.page.evaluate(() => document.activeElement.closest("li").querySelector('[data-testid="message-text"]').textContent), "kit's 11");
});

/** That one opens with another, over the API. @returns {Promise<string>} */
async function roomOf(one, other) {
  const { id: peer_id } = await other("/users/me");
  return (await one("/chat/rooms", "POST", { peer_id })).id;
}

/** So many messages of theirs. */
async function write(device, room, count) {
  const { display_name } = await device("/users/me");
  for (let number = 1; number <= count; number += 1) {
    await device(`/chat/rooms/${room}/messages`, "POST", { client_id: uuid7(Date.now(), randomBytes(10)), text: `${display_name}'s ${number}`, attachment_ids: [] });
  }
}

/** As the keyboard does it. */
async function presses(person, testId) {
  await person.find(testId).focus();
  await person.page.keyboard.press("Enter");
}

/** @param {import("../support/person.mjs").Person} person @param {string} selector @param {RegExp} words */
async function hasFocus({ page }, selector, words = /./) {
  const isThere = ([wanted, pattern]) => document.activeElement.matches(wanted) && new RegExp(pattern).test(document.activeElement.textContent.trim());
  await page.waitForFunction(isThere, [selector, words.source]).catch(async () => {
    assert.fail(`the focus is not at ${selector} ${words}, but at ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`);
  });
}
