/**
 * Where the reader is in the log, and that they stay there, whatever comes and whatever the window does: who reads the
 * newest message sees the next one, who reads older ones stays with them. Only the reader's own scrolling changes that.
 */

/** A reader this near to the end of the log wants to stay there. */
const NEAR_PX = 120;
/** A reader this near to its beginning will want to see what came before. */
const EARLY_PX = 240;

export class LogPlace {
  /** @type {HTMLElement|null} */
  #log = null;
  /** The end is kept in sight. */
  #stuck = true;
  /** How the log was left: what differs is the reader's doing, or the layout's. */
  #left = { top: 0, words: 0, window: 0 };
  /** Of who reads older ones: the first message that begins in sight, and how far below the upper edge. @type {{seq: string, offset: number}|null} */
  #read = null;
  #onPlace;
  #observer = new ResizeObserver(() => this.#settle());

  /** @param {(place: {atEnd: boolean, atStart: boolean}) => void} onPlace hears where the reader is, whenever that changes */
  constructor(onPlace) {
    this.#onPlace = onPlace;
  }

  /** Before a redraw: how far the reader has come since the last one. */
  look() {
    if (this.#log !== null) this.#heed(this.#log);
  }

  /**
   * After a redraw: puts the reader where they were.
   * @param {HTMLElement|null} log
   * @param {boolean} toEnd the reader has just sent something, and wants to see it
   */
  hold(log, toEnd) {
    if (log !== this.#log) this.#follow(log);
    if (toEnd) this.#stuck = true;
    this.#settle(toEnd);
  }

  /** @param {HTMLElement|null} log another one than before: its end is in sight at first */
  #follow(log) {
    this.#observer.disconnect();
    this.#log = log;
    this.#stuck = true;
    this.#left = { top: 0, words: 0, window: 0 };
    if (log === null) return;
    log.addEventListener("scroll", () => log === this.#log && this.#scrolled(log), { passive: true });
    for (const part of [log, log.querySelector(".messages")]) if (part !== null) this.#observer.observe(part);
  }

  /** @param {HTMLElement} log */
  #scrolled(log) {
    this.#heed(log);
    this.#onPlace({ atEnd: this.#stuck, atStart: log.scrollTop < EARLY_PX });
  }

  /** What has only made the log lower or its words higher was not the reader going away from the end. @param {HTMLElement} log */
  #heed(log) {
    const moved = log.scrollTop - this.#left.top;
    if (Math.abs(moved) < 1) return;
    this.#stuck = fromEnd(log) < NEAR_PX || (this.#stuck && moved > 0);
    this.#read = this.#stuck ? null : firstRead(log);
    this.#left.top = log.scrollTop;
  }

  #settle(toEnd = false) {
    const log = this.#log;
    if (log === null) return;
    const changed = log.scrollHeight !== this.#left.words || log.clientHeight !== this.#left.window;
    if (this.#stuck && (changed || toEnd)) log.scrollTop = log.scrollHeight;
    if (!this.#stuck) this.#stayWithWords(log);
    this.#left = { top: log.scrollTop, words: log.scrollHeight, window: log.clientHeight };
  }

  /** @param {HTMLElement} log */
  #stayWithWords(log) {
    const message = this.#read && log.querySelector(`[data-seq="${this.#read.seq}"]`);
    if (this.#read === null || message === null) this.#read = firstRead(log);
    else {
      const by = offsetIn(log, message) - this.#read.offset;
      if (Math.abs(by) >= 1) log.scrollTop += by; // a needless one would stop a finger's swing
    }
    if (fromEnd(log) >= 1) return;
    this.#stuck = true;
    this.#onPlace({ atEnd: true, atStart: false });
  }
}

/** @param {HTMLElement} log */
function fromEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight;
}

/** @param {HTMLElement} log @param {Element} message */
function offsetIn(log, message) {
  return message.getBoundingClientRect().top - log.getBoundingClientRect().top;
}

/** The first message that begins in sight, or else the one that fills the log. @param {HTMLElement} log */
function firstRead(log) {
  const messages = /** @type {HTMLElement[]} */ ([...log.querySelectorAll("[data-seq]")]);
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetIn(log, messages[middle]) > -1) high = middle;
    else low = middle + 1;
  }
  const begins = messages[low] !== undefined && offsetIn(log, messages[low]) < log.clientHeight;
  const message = begins ? messages[low] : messages[low - 1];
  return message === undefined ? null : { seq: message.dataset.seq ?? "", offset: offsetIn(log, message) };
}
