/** A person without a mouse. */
import assert from "node:assert/strict";

const MOST_STEPS = 120;

/**
 * Presses Tab until the focus is there, and sees that it can be seen.
 * @param {import("./person.mjs").Person} person
 * @param {string} selector
 * @param {"Tab"|"Shift+Tab"} key
 */
export async function tabTo(person, selector, key = "Tab") {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const focus = await person.page.evaluate((wanted) => {
      const active = document.activeElement;
      return active?.matches(wanted) ? { isVisible: active.matches(":focus-visible") } : null;
    }, selector);
    if (focus !== null) {
      assert.ok(focus.isVisible, `the focus on ${selector} can be seen`);
      return;
    }
    await person.page.keyboard.press(key);
  }
  assert.fail(`${selector} was not reached in ${MOST_STEPS} steps`);
}
