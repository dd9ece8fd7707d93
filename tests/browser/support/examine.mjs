/** One look at a screen for all that every screen owes, in the language that nobody speaks. */
import { plainWords } from "./pseudo.mjs";

const NARROW_PX = 320;
/** Names that are the same in every language. */
const NAMES = ["WebChat", "English", "Deutsch", "Tiếng Việt", "Windows", "Mac", "Ctrl"];

/**
 * Accessibility and layout on a narrow phone in both themes, longer words that have room, and none outside of the table.
 * @param {import("./person.mjs").Person} person who speaks pseudo
 * @param {string} screen
 * @param {string[]} own what people have typed
 */
export async function examine(person, screen, own = []) {
  for (const words of await plainWords(person.page, [...NAMES, person.name, person.username, ...own])) {
    person.watch.complain(`${screen} says “${words}” in one language`);
  }
  await person.inspect(`pseudo-${screen}`, [NARROW_PX]);
}
