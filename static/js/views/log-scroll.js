/** A reader this near to the end of the log wants to stay there. */
const NEAR_PX = 120;

/** The height of the log after the last redraw. */
let shownHeight = 0;

/**
 * Remembers where the reader is, before a redraw; the answer puts them there again after it. Who reads the newest
 * message sees the next one; who reads older ones stays with them, also when earlier ones are put in above.
 * @param {HTMLElement|null} before
 * @returns {(after: HTMLElement|null) => void}
 */
export function anchorLog(before) {
  const height = before?.scrollHeight ?? 0;
  // What has made the log lower since then, such as a phone's keyboard, was not the reader going away from the end.
  const fromEnd = before === null ? 0 : height - before.scrollTop - Math.max(before.clientHeight, shownHeight);
  const first = firstSeq(before);
  return (after) => {
    if (after === null) return;
    if (before === null || fromEnd < NEAR_PX) after.scrollTop = after.scrollHeight;
    else if (firstSeq(after) !== first) after.scrollTop += after.scrollHeight - height;
    shownHeight = after.clientHeight;
  };
}

/** @param {HTMLElement|null} log */
function firstSeq(log) {
  return /** @type {HTMLElement|null} */ (log?.querySelector("[data-seq]"))?.dataset.seq;
}
