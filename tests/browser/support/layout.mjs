/** What is wrong with how a page is laid out for fingers, and for narrow and low windows. */
import { unreachable } from "./reach.mjs";

const TARGET_PX = 44;
const NARROW_PX = [360, 320];
/** A page that is enlarged four times, a phone with its keyboard, and one that lies on its side. */
export const LOW = [{ width: 320, height: 256 }, { width: 320, height: 360 }, { width: 667, height: 331 }];

/**
 * Looks at the page at each narrow width and in each low window, and leaves it as it was.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>} one line a fault
 */
export async function narrowFaults(page) {
  const before = page.viewportSize();
  const faults = [];
  for (const width of NARROW_PX) {
    if (page.viewportSize().width !== width) await page.setViewportSize({ width, height: before.height });
    const found = await page.evaluate(faultsAt, { width, target: TARGET_PX });
    faults.push(...found.map((fault) => `at ${width} px: ${fault}`));
  }
  for (const window of LOW) {
    await page.setViewportSize(window);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const found = await page.evaluate(unreachable);
    faults.push(...found.map((fault) => `at ${window.width} × ${window.height} px: ${fault}`));
  }
  await page.setViewportSize(before);
  return faults;
}

/** Runs in the page. */
function faultsAt({ width, target }) {
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  // The skip link waits above the page until it has the focus.
  const isOnPage = ({ right, bottom }) => right + scrollX > 0 && bottom + scrollY > 0;
  const name = (element) =>
    `${element.tagName.toLowerCase()} “${(element.ariaLabel ?? element.innerText ?? "").trim().slice(0, 30)}” ${element.dataset.testid ?? element.id}`;
  const round = Math.round;
  const faults = [];

  const needed = document.documentElement.scrollWidth;
  if (needed > width) {
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 1);
    faults.push(`scrolls sideways, ${needed} px wide: ${wide.slice(0, 3).map(name).join(", ")}`);
  }
  for (const control of document.querySelectorAll("a[href], button, input, select, textarea")) {
    const box = control.getBoundingClientRect();
    // A link in the middle of a sentence is as high as its line.
    const isInSentence = getComputedStyle(control).display === "inline";
    if (!isShown(control) || !isOnPage(box) || isInSentence) continue;
    if (box.height < target - 0.5 || box.width < target - 0.5) {
      faults.push(`${name(control)} is a small target: ${round(box.width)} × ${round(box.height)} px`);
    }
    if (box.left < -0.5 || box.right > width + 0.5) faults.push(`${name(control)} is cut off at the side`);
  }
  for (const words of document.querySelectorAll("button, h1, .banner, .notice, .strip")) {
    const mayCut = getComputedStyle(words).textOverflow === "ellipsis";
    if (isShown(words) && !mayCut && words.scrollWidth > words.clientWidth + 1) faults.push(`${name(words)} overflows its box`);
  }
  return faults;
}
