/**
 * Names for somebody new, who may change them: nobody has to think of one before they meet anyone.
 */

const FIRST = ("amber brave bright calm clever cosy gentle golden green happy kind lively lucky merry misty quick quiet silver sunny swift "
  + "tiny warm wild witty").split(" ");
const SECOND = ("badger brook cedar comet falcon fox harbour heron island lake lantern maple meadow otter panda pine raven river robin "
  + "sparrow storm tiger willow wren").split(" ");
/** How many of the same words there may be. */
const NUMBERS = 10_000;

/**
 * @param {() => number} chance from 0 to below 1
 * @returns {{username: string, display_name: string}} `quiet-river-0482` and “Quiet River”
 */
export function suggestedNames(chance) {
  const words = [FIRST, SECOND].map((list) => list[Math.floor(chance() * list.length)]);
  const number = String(Math.floor(chance() * NUMBERS)).padStart(String(NUMBERS - 1).length, "0");
  return {
    username: [...words, number].join("-"),
    display_name: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" "),
  };
}
