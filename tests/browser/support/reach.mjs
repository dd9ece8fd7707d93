/** Whether everything that is pressed or filled in can be come to where a window is low. */

/**
 * Runs in the page. Scrolls as a person can, and leaves everything where it was.
 * @returns {string[]} one line a control that cannot be reached
 */
export function unreachable() {
  const SEEN_PX = 40;
  const name = (element) => `${element.tagName.toLowerCase()} “${(element.ariaLabel ?? element.innerText ?? "").trim().slice(0, 30)}” ${element.dataset.testid ?? element.id}`;
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const front = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const around = (element) => (element === null ? [] : [element, ...around(element.parentElement)]);
  const scrollers = [...document.querySelectorAll("*")].filter((element) => element.scrollHeight > element.clientHeight);
  const places = scrollers.map((element) => [element, element.scrollTop, element.scrollLeft]);
  const putBack = () => places.forEach(([element, top, left]) => Object.assign(element, { scrollTop: top, scrollLeft: left }));
  const isStuck = (element) => /hidden|clip/.test(getComputedStyle(element).overflowY);

  /** @type {(control: HTMLElement) => string|null} why it cannot be reached */
  const fault = (control) => {
    const fixed = around(control.parentElement).filter((element) => element !== document.documentElement && isStuck(element));
    const before = fixed.map(({ scrollTop }) => scrollTop);
    control.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    if (fixed.some(({ scrollTop }, index) => scrollTop !== before[index])) return "is cut off by what nobody can scroll";
    const box = control.getBoundingClientRect();
    let { left, top, right, bottom } = box;
    const within = (frame) => {
      [left, top] = [Math.max(left, frame.left), Math.max(top, frame.top)];
      [right, bottom] = [Math.min(right, frame.right), Math.min(bottom, frame.bottom)];
    };
    within({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (const element of around(control.parentElement)) {
      if (element !== document.body && getComputedStyle(element).overflowY !== "visible") within(element.getBoundingClientRect());
      if (getComputedStyle(element).position === "fixed") break;
    }
    // What is larger than its place is seen in part.
    const isSeen = right - left >= Math.min(SEEN_PX, box.width) - 0.5 && bottom - top >= Math.min(SEEN_PX, box.height) - 0.5;
    if (!isSeen) return "is out of sight wherever one scrolls to";
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    if (getComputedStyle(control).pointerEvents === "none") return null;
    // What is said for some seconds lies over others, and goes by itself.
    const over = document.elementsFromPoint(x, y).find((element) => element.closest(".notice") === null || element.contains(control)) ?? null;
    const isIt = over !== null && (control.contains(over) || over.contains(control) || control.labels?.[0]?.contains(over));
    return isIt ? null : `is covered by ${over === null ? "nothing" : name(over)}`;
  };

  const faults = [];
  for (const control of front.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    const { right, bottom } = control.getBoundingClientRect();
    // The skip link waits above the page until it has the focus.
    if (!isShown(control) || right + scrollX <= 0 || (control.matches(".skip") && bottom + scrollY <= 0)) continue;
    const why = fault(control);
    if (why !== null) faults.push(`${name(control)} ${why}`);
    putBack();
  }
  return faults;
}
