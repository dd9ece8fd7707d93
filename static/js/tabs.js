/**
 * The other tabs of this browser: what one learns by itself alone, the others hear. Nothing is lost where there is no
 * such channel: each tab learns the rest from the server.
 *
 * @typedef {object} Word
 * @property {string} userId whose session it is said in
 * @property {string} roomId
 * @property {Partial<import("./types.js").Room>} fields what has changed of the room
 *
 * @typedef {object} News
 * @property {string} userId whose session it is said in
 * @property {Told} changed what was written: to be read anew where it is shown
 *
 * @typedef {"profile"|"likes"|"blocks"} Told
 * @typedef {Word|News|"who looks?"|"somebody looks"} Said
 */

const CHANNEL = "webchat";
/** A tab that is looked at answers at once. */
const LOOKS_WITHIN_MS = 200;

/** Whether the person has this tab before their eyes. */
export function isLookedAt() {
  return document.visibilityState === "visible" && document.hasFocus();
}

/**
 * @param {object} listeners
 * @param {(word: Word|News) => void} listeners.onWord
 * @param {() => boolean} listeners.isWatched whether the person sees here what happens
 */
export function openTabs({ onWord, isWatched }) {
  const channel = new BroadcastChannel(CHANNEL);
  /** Who is waiting to hear whether somebody looks. @type {Set<(looks: boolean) => void>} */
  const asking = new Set();
  /** @param {Said} said */
  const say = (said) => channel.postMessage(said);

  channel.onmessage = (/** @type {MessageEvent<Said>} */ { data }) => {
    if (data === "who looks?") {
      if (isWatched()) say("somebody looks");
    } else if (data === "somebody looks") {
      asking.forEach((hear) => hear(true));
    } else {
      onWord(data);
    }
  };

  return {
    /** Says it to the others. @type {(word: Word|News) => void} */
    tell: say,

    /** Whether the person looks at another tab. @returns {Promise<boolean>} */
    async isAnotherWatched() {
      let hear = (/** @type {boolean} */ _) => {};
      /** @type {Promise<boolean>} */
      const heard = new Promise((resolve) => (hear = resolve));
      asking.add(hear);
      setTimeout(hear, LOOKS_WITHIN_MS, false);
      say("who looks?");
      return heard.finally(() => asking.delete(hear));
    },
  };
}

/** @typedef {ReturnType<typeof openTabs>} Tabs */
