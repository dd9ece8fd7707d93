/** What a person does is drawn before anything else of theirs is heard: no key goes into a field that was to be empty. */
const DONE_BY_HAND = ["click", "keydown", "input", "change", "submit", "paste", "drop"];
/** A page that gets no frame, such as one behind another, is drawn all the same. */
const LATEST_MS = 250;

/**
 * Draws once a frame, however much happens in it. A page that nobody sees is drawn at once: it has a title and a sign in its tab.
 * @param {() => void} draw
 * @returns {() => void} asks for a drawing
 */
export function createDrawing(draw) {
  let asked = false;
  let frame = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  function now() {
    if (!asked) return;
    asked = false;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    draw();
  }
  for (const type of DONE_BY_HAND) addEventListener(type, now);
  document.addEventListener("visibilitychange", now);
  return () => {
    if (asked) return;
    asked = true;
    if (document.visibilityState !== "visible") return now();
    frame = requestAnimationFrame(now);
    timer = setTimeout(now, LATEST_MS);
  };
}
