/**
 * What matching has learned of a person is a number: how far they are from most people, in log-odds. People read words.
 *
 * @typedef {"much_less"|"less"|"same"|"more"|"much_more"} Word
 */

/** Where each word ends, on a scale from 0 to 1 on which most people are in the middle. @type {[number, Word][]} */
const WORDS = [[0.3, "much_less"], [0.43, "less"], [0.57, "same"], [0.7, "more"], [1, "much_more"]];

/**
 * @param {import("../types.js").Learned} learned
 * @returns {{at: number, word: Word}} the place on the scale, and its word
 */
export function level({ value }) {
  const at = 1 / (1 + Math.exp(-value));
  const [, word] = WORDS.find(([end]) => at <= end) ?? WORDS[WORDS.length - 1];
  return { at, word };
}
