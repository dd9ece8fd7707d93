/**
 * The other tabs of this browser: what one learns by itself alone, the others hear. Nothing is lost where there is no
 * such channel: each tab learns the rest from the server.
 *
 * @typedef {object} Word
 * @property {string} userId whose session it is said in
 * @property {string} roomId
 * @property {Partial<import("./types.js").Room>} fields what has changed of the room
 */

const CHANNEL = "webchat";

/**
 * @param {(word: Word) => void} onWord
 * @returns {(word: Word) => void} says it to the others
 */
export function openTabs(onWord) {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => onWord(data);
  return (word) => channel.postMessage(word);
}
