import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { uuid7 } from "../../../static/js/models/uuid7.js";

const story = openStage({ room: { countdown_secs: 90 } });
const PAGE = 50;

story("a web address is a link that takes nothing along, and a message can be copied", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  await meet(ada, ben);
  await ada.say("Look: https://example.com/a_(b). And javascript:alert(1)");
  const link = ben.find("message-text").locator("a");
  await link.waitFor();
  assert.equal(await link.count(), 1);
  assert.deepEqual(await link.evaluate(({ href, rel, target }) => ({ href, rel, target })),
    { href: "https://example.com/a_(b)", rel: "noopener noreferrer", target: "_blank" });
  assert.equal(await ben.reads("message-text"), "Look: https://example.com/a_(b). And javascript:alert(1)");

  await ben.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await ben.find("message").hover();
  await ben.press("copy");
  await ben.sees("notice");
  assert.equal(await ben.page.evaluate(() => navigator.clipboard.readText()), "Look: https://example.com/a_(b). And javascript:alert(1)");

  await ada.say("And this.");
  await ben.hears("And this.");
  await ben.page.getByTestId("messages").focus();
  for (const key of ["Tab", "Tab"]) await ben.page.keyboard.press(key); // past the link
  for (const key of ["ArrowUp", "ArrowDown", "ArrowUp"]) await ben.page.keyboard.press(key);
  await ben.show("24-copy-by-keyboard", { schemes: ["light", "dark"] });
  await ben.page.evaluate(() => navigator.clipboard.writeText(""));
  await ben.page.keyboard.press("Enter");
  await ben.page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("Look: "));
  assert.match(await ben.find("message-time").first().textContent(), /^\d\d:\d\d$/, "each message has its time, also within a group");

  await ben.find("message-input").fill("x".repeat(3_999));
  await ben.press("emoji");
  await ben.page.getByRole("button", { name: "🎉" }).click();
  assert.equal((await ben.find("message-input").inputValue()).length, 3_999, "a message stays as long as it may be");
  await ben.find("message-input").fill("");
  await ben.page.getByRole("button", { name: "🎉" }).click();
  await ben.show("23-emoji", { schemes: ["light", "dark"] });
  await ben.page.keyboard.type(" yes");
  await ben.page.keyboard.press("Enter");
  await ada.hears("🎉 yes");
  assert.equal(await ben.find("emojis").count(), 0, "they go when the message goes");
});

story("a message that is refused stays where it was written, and is given back to be written anew, with its files", async (scene) => {
  const [pia, sol] = await scene.members("Pia", "Sol");
  await meet(pia, sol);
  await pia.find("file-input").setInputFiles({ name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("bread, milk") });
  await pia.sees("upload", { "data-state": "done" });
  await pia.say("bread\0and milk");
  await pia.sees("message", { "data-state": "failed" });
  await sol.say("What do we need?");
  await pia.hears("What do we need?");
  assert.deepEqual((await pia.messages()).map(({ state }) => state), ["failed", "received"]);
  await pia.inspect("48-message-refused");
  await pia.press("remove-message");
  await pia.find("message", { "data-state": "failed" }).waitFor({ state: "detached" });
  assert.equal(await pia.page.evaluate(() => document.activeElement.id), "message-input");
  assert.equal(await pia.find("message-input").inputValue(), "bread\0and milk");
  await pia.say("bread and milk");
  await sol.hears("bread and milk");
  assert.equal(await sol.find("file-card").count(), 1);

  await pia.say("a\0b");
  await pia.sees("message", { "data-state": "failed" });
  await pia.find("message-input").fill("something else by now");
  await pia.press("remove-message");
  await pia.find("message", { "data-state": "failed" }).waitFor({ state: "detached" });
  assert.equal(await pia.find("message-input").inputValue(), "something else by now");
  await pia.page.reload();
  await pia.hears("bread and milk");
  assert.equal(await pia.find("message", { "data-state": "failed" }).count(), 0, "it is gone for good");
});

story("a paste that does not fit is not cut without a word", async (scene) => {
  const [uma, vin] = await scene.members("Uma", "Vin");
  await meet(uma, vin);
  await uma.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const paste = async (length) => {
    await uma.page.evaluate((text) => navigator.clipboard.writeText(text), "x".repeat(length));
    await uma.find("message-input").focus();
    await uma.page.keyboard.press("Control+V");
  };
  await paste(4_000);
  assert.equal((await uma.find("message-input").inputValue()).length, 4_000);
  assert.equal(await uma.find("notice").count(), 0);
  await paste(1);
  await uma.find("notice").getByText("4,000 characters").waitFor();
  assert.equal((await uma.find("message-input").inputValue()).length, 4_000);
});

story("what comes newly is called out, and so is the time; what is older is not", async (scene) => {
  const [mia, leo] = await scene.members("Mia", "Leo");
  await meet(mia, leo);
  await leo.find("time-call").getByText(/left/).waitFor();
  await mia.say("said aloud");
  await leo.find("said").getByText("Mia: said aloud").waitFor();
  assert.equal(await leo.find("messages").getAttribute("aria-live"), "off", "the log itself is not read out again");
  assert.equal(await mia.reads("said"), "", "nobody hears their own words");
  await leo.page.reload();
  await leo.hears("said aloud");
  assert.equal(await leo.reads("said"), "", "history is not called out");
  await leo.find("time-call").getByText(/left/).waitFor();
});

story("a long history comes by itself while it is read, and the place is kept", async (scene) => {
  const [kim, sam] = await scene.members("Kim", "Sam");
  await meet(kim, sam);
  await keepBoth(kim, sam);
  const room = await kim.roomId();
  const post = await scene.server.device(sam);
  const count = PAGE * 2 + 20;
  for (let line = 1; line <= count; line += 1) await post(`/chat/rooms/${room}/messages`, "POST", { client_id: newId(), text: `line ${line}` });
  await kim.page.reload();
  await kim.hears(`line ${count}`);
  assert.equal((await kim.messages()).length, PAGE);

  const top = await kim.find("message").first().evaluate((item) => item.innerText);
  await kim.find("messages").evaluate((log) => (log.scrollTop = 0));
  await kim.page.waitForFunction((page) => document.querySelectorAll('[data-testid="message"]').length >= page * 2, PAGE);
  const shift = await kim.page.evaluate((text) => {
    const log = document.querySelector('[data-testid="messages"]').getBoundingClientRect();
    const item = [...document.querySelectorAll('[data-testid="message"]')].find((each) => each.innerText.includes(text));
    return item.getBoundingClientRect().top - log.top;
  }, top.match(/line \d+/)[0]);
  assert.ok(Math.abs(shift) < 200, `the line that was read is still there, ${shift} px from the top`);

  await kim.sees("to-end");
  await sam.say("newest");
  await kim.hears("newest");
  await kim.show("25-older-messages", { schemes: ["light", "dark"] });
  await kim.press("to-end");
  await kim.find("to-end").waitFor({ state: "detached" });
  await kim.page.waitForFunction(() => {
    const log = document.querySelector('[data-testid="messages"]');
    return log.scrollHeight - log.scrollTop - log.clientHeight < 5;
  });
});

story("tabs of one browser stay in step, and the tab says what is unread", async (scene) => {
  const [ivy, max] = await scene.members("Ivy", "Max");
  await meet(ivy, max);
  await keepBoth(ivy, max);
  const chat = ivy.page;
  await ivy.openTab("/#/conversations");
  await ivy.sees("conversation");
  await max.say("read in the other tab");
  await ivy.find("last-message").getByText("read in the other tab").waitFor();
  await chat.evaluate(() => (location.hash = "#/profile"));
  await chat.locator('[data-testid="profile-form"]').waitFor();
  await max.say("read nowhere");
  await ivy.find("unread").getByText("1", { exact: true }).waitFor();
  await ivy.page.waitForFunction(() => document.title.startsWith("(1) "));
  assert.match(await ivy.page.locator('link[rel="icon"]').getAttribute("href"), /unread/);

  await ivy.press("conversation");
  await ivy.hears("read nowhere");
  await chat.waitForFunction(() => !document.title.startsWith("("));
  assert.doesNotMatch(await chat.locator('link[rel="icon"]').getAttribute("href"), /unread/);
  await ivy.say("written in the second tab");
  await chat.evaluate(() => (location.hash = "#/conversations"));
  await chat.locator('[data-testid="last-message"]').getByText("You: written in the second tab").waitFor();
});

/** Both answer early, and the chat stays. */
async function keepBoth(...people) {
  for (const person of people) await person.press("keep");
  for (const person of people) await person.press("continue-chat");
}

const newId = () => uuid7(Date.now(), randomBytes(10));
