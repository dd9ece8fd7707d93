import assert from "node:assert/strict";
import { tabTo } from "./support/keyboard.mjs";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage({ room: { countdown_secs: 60 } });

story("the whole way to a message goes without a mouse", async (scene) => {
  const [eli] = await scene.members("Eli");
  const fay = await scene.enter("Fay");
  const keys = fay.page.keyboard;

  await tabTo(fay, '[data-testid="go-signup"]');
  await keys.press("Enter");
  await fay.sees("signup-form");
  await tabTo(fay, "#username");
  await keys.type(fay.username);
  await tabTo(fay, "#password");
  await keys.type(fay.password);
  await tabTo(fay, "#date_of_birth");
  await keys.type(await dateInLocalOrder(fay.page, { day: "09", month: "03", year: "1994" }));
  await tabTo(fay, "#display_name");
  await keys.type("Fay");
  await keys.press("Enter");
  await fay.sees("starter");

  await tabTo(fay, 'input[name="gender"]');
  await keys.press("ArrowRight");
  await tabTo(fay, 'input[name="interests"]');
  for (const key of ["ArrowRight", "Space", "End", "Space", "Home"]) await keys.press(key);
  assert.deepEqual(await chosenInterests(fay.page), ["architecture", "yoga"]);
  await keys.press("Tab");
  assert.equal(await fay.page.evaluate(() => document.activeElement.name), "", "all chips are one stop");
  await tabTo(fay, '[data-testid="join-queue"]');
  await keys.press("Enter");
  await eli.joinQueue();

  await fay.sees("match-moment");
  await tabTo(fay, '[data-testid="start-chatting"]');
  await keys.press("Enter");
  await tabTo(fay, '[data-testid="message-input"]');
  await keys.type("Typed, not clicked");
  await keys.press("Shift+Enter");
  await keys.type("in two lines");
  await keys.press("Enter");
  await eli.hears("Typed, not clicked\nin two lines");
});

story("the match moment keeps the keyboard inside, and hands it on to the conversation", async (scene) => {
  const [gil, hal] = await scene.members("Gil", "Hal");
  await gil.joinQueue();
  await gil.sees("waiting");
  await hal.joinQueue();
  await gil.sees("match-moment");
  for (const key of ["Tab", "Shift+Tab"]) {
    const reached = await placesOf(gil.page, key);
    assert.ok(reached.includes("start-chatting"), `${key} comes to the way on`);
    assert.deepEqual(reached.filter((place) => place === "outside"), [], `${key} leads nowhere behind it`);
  }
  await tabTo(gil, '[data-testid="start-chatting"]');
  await gil.page.keyboard.press("Enter");
  await gil.find("match-moment").waitFor({ state: "detached" });
  await gil.page.waitForFunction(() => document.activeElement?.closest("main") !== null);
  await hal.page.keyboard.press("Escape");
  await hal.find("match-moment").waitFor({ state: "detached" });
  await tabTo(hal, '[data-testid="message-input"]');
  await hal.page.keyboard.type("by Escape, too");
  await hal.page.keyboard.press("Enter");
  await gil.hears("by Escape, too");
});

story("emojis are chosen and the question whether to leave is closed by the keyboard, and the focus comes back", async (scene) => {
  const [gil, hal] = await scene.members("Gil", "Hal");
  await meet(gil, hal);
  const { keyboard: keys } = gil.page;
  const focused = () => gil.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.textContent.trim());
  await gil.find("emoji").focus();
  await keys.press("Enter");
  await gil.page.waitForFunction(() => document.activeElement.matches(".emoji"));
  const first = await focused();
  assert.equal(await gil.page.locator('.emoji[tabindex="0"]').count(), 1, "they are one stop");
  assert.equal(await gil.page.locator(".emojis-hint").count(), 0, "keys of other systems are not named");
  await keys.press("ArrowDown");
  assert.notEqual(await focused(), first);
  for (const key of ["ArrowUp", "ArrowRight"]) await keys.press(key);
  const second = await gil.page.locator(".emoji").nth(1).textContent();
  assert.equal(await focused(), second);
  await keys.press("Enter");
  assert.equal(await focused(), "message-input");
  assert.equal(await gil.find("message-input").inputValue(), second);
  for (const place of ['[data-testid="emoji"]', ".emoji"]) {
    if (await gil.find("emojis").count() === 0) await gil.press("emoji");
    await gil.page.locator(place).first().focus();
    await keys.press("Escape");
    await gil.find("emojis").waitFor({ state: "detached" });
    assert.equal(await focused(), "emoji", `Esc at ${place}`);
  }

  await gil.find("leave-room").focus();
  await keys.press("Enter");
  await gil.sees("leave-question");
  await gil.page.waitForFunction(() => document.activeElement.matches("h2"));
  await keys.press("Escape");
  await gil.find("leave-question").waitFor({ state: "detached" });
  assert.equal(await focused(), "leave-room");
  assert.equal(await gil.find("chat").getAttribute("data-state"), "countdown");
});

/** Where a key leads to, step by step, beyond a full round. The browser's own buttons are a stop of it. */
async function placesOf(page, key) {
  const places = [];
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press(key);
    places.push(await page.evaluate(() => {
      const { activeElement: active } = document;
      if (active === null || active === document.body) return "browser";
      return active.closest("dialog[open]") === null ? "outside" : (active.dataset.testid ?? active.id);
    }));
  }
  return places;
}

function chosenInterests(page) {
  return page.locator('input[name="interests"]:checked').evaluateAll((inputs) => inputs.map(({ value }) => value));
}

/** What to type into a date field, whose parts come in the order of the browser's own language. */
function dateInLocalOrder(page, parts) {
  return page.evaluate((given) => {
    const order = new Intl.DateTimeFormat(navigator.language).formatToParts(new Date());
    return order.map(({ type }) => given[type] ?? "").join("");
  }, parts);
}
