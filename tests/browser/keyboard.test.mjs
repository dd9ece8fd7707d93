import assert from "node:assert/strict";
import { tabTo } from "./support/keyboard.mjs";
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
