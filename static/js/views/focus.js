/**
 * Where the focus goes when what had it goes away, or when something opens that asks for it: nobody is thrown back to the
 * beginning of the page, and everybody hears what has changed. In a list whose rows are drawn by their place, a control may be
 * another row's after the drawing: what it belongs to is named by `data-same`, and the focus goes along with that.
 */

/** What can take the focus without being a control. A message that is pressed is no place to go to by itself. */
const PLACES = "h1, h2, h3, [role='log'], [tabindex='-1']:not(a, button, input, select, textarea, .bubble)";

/** @type {{control: HTMLElement, same: string|undefined, around: HTMLElement[], waits: boolean}|null} */
let held = null;
/** @type {Element|null} */
let opened = null;

// Whoever presses beside everything has let go.
addEventListener("pointerdown", () => (held = null));

/** Before the drawing: who has the focus, and where that is. */
export function holdFocus() {
  const { activeElement: control } = document;
  if (!(control instanceof HTMLElement) || control === document.body) return;
  held = { control, same: control.dataset.same, around: partsAround(control), waits: held?.control === control && held.waits };
}

/** After the drawing. @param {HTMLElement} root */
export function settleFocus(root) {
  const asks = root.querySelector("[data-takes-focus]");
  if (asks !== opened && asks instanceof HTMLElement) focus(asks);
  opened = asks;
  if (held === null) return;
  const { control, same, around, waits } = held;
  if (followed(control, same, root)) return;
  // It waits for what it has asked for. The browser takes the focus away from it only a moment later.
  if (control.matches(":disabled")) held.waits = true;
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  if (!control.isConnected) {
    held = null;
    const place = around.map(placeIn).find((found) => found !== null) ?? root.querySelector("main h1");
    if (place instanceof HTMLElement) focus(place);
  } else if (!control.matches(":disabled")) {
    held = null;
    if (waits) control.focus({ preventScroll: true });
  }
}

/**
 * Goes along with what a control belonged to, if that is somewhere else now.
 * @param {HTMLElement} control
 * @param {string|undefined} same
 * @param {HTMLElement} root
 * @returns {boolean} whether it did
 */
function followed(control, same, root) {
  const { activeElement } = document;
  if (same === undefined || (control.isConnected && control.dataset.same === same)) return false;
  if (activeElement !== control && activeElement !== document.body) return false;
  const moved = root.querySelector(`[data-same="${CSS.escape(same)}"]`);
  if (moved instanceof HTMLElement) moved.focus({ preventScroll: true });
  return moved !== null;
}

/** The nearest first. @param {HTMLElement} control @returns {HTMLElement[]} */
function partsAround({ parentElement: parent }) {
  return parent === null || parent.tagName === "BODY" ? [] : [parent, ...partsAround(parent)];
}

/** What the part begins with, or it as a whole. @param {HTMLElement} part @returns {HTMLElement|null} */
function placeIn(part) {
  if (!part.isConnected) return null;
  const within = /** @type {HTMLElement[]} */ ([...part.querySelectorAll(PLACES)]).find((place) => place.checkVisibility());
  return within ?? (part.matches(PLACES) ? part : null);
}

/** @param {HTMLElement} place */
function focus(place) {
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
