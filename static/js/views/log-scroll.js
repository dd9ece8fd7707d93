/** A reader this near to the end of the log wants to stay there. */
const NEAR_PX = 120;
/** A reader this near to its beginning will want to see what came before. */
const EARLY_PX = 240;

/** The height of the log after the last redraw. */
let shownHeight = 0;

/**
 * Remembers where the reader is, before a redraw; the answer puts them there again after it. Who reads the newest
 * message sees the next one; who reads older ones stays with them, also when earlier ones are put in above.
 * @param {HTMLElement|null} before
 * @param {boolean} [toEnd] the reader has just sent something, and wants to see it
 * @returns {(after: HTMLElement|null) => void}
 */
export function anchorLog(before, toEnd = false) {
  const height = before?.scrollHeight ?? 0;
  const first = firstSeq(before);
  const stays = before === null || toEnd || fromEnd(before) < NEAR_PX;
  return (after) => {
    if (after === null) return;
    if (stays) after.scrollTop = after.scrollHeight;
    else if (firstSeq(after) !== first) after.scrollTop += after.scrollHeight - height;
    shownHeight = after.clientHeight;
  };
}

/**
 * Where the reader is. @param {HTMLElement} log
 */
export function placeIn(log) {
  return { atEnd: fromEnd(log) < NEAR_PX, atStart: log.scrollTop < EARLY_PX };
}

/** What has made the log lower, such as a phone's keyboard, was not the reader going away from the end. @param {HTMLElement} log */
function fromEnd(log) {
  return log.scrollHeight - log.scrollTop - Math.max(log.clientHeight, shownHeight);
}

/** @param {HTMLElement|null} log */
function firstSeq(log) {
  return /** @type {HTMLElement|null} */ (log?.querySelector("[data-seq]"))?.dataset.seq;
}
