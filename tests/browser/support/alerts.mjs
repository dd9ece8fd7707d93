/** The system's notifications, as a page causes them. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

const PATIENCE_MS = 15_000;

/** What the system shows of the site. @param {import("playwright-core").Page} page @returns {Promise<string[]>} the words */
export async function shownTo(page) {
  return page.evaluate(async () => {
    const worker = await navigator.serviceWorker.getRegistration();
    return (await worker.getNotifications()).map(({ body }) => body);
  });
}

/** Until these words are shown. @param {import("playwright-core").Page} page @param {string} body */
export async function isShown(page, body) {
  await until(page, (shown) => shown.includes(body), `"${body}"`);
}

/** Until nothing is shown any more. @param {import("playwright-core").Page} page */
export async function isTakenBack(page) {
  await until(page, (shown) => shown.length === 0, "nothing");
}

async function until(page, isSo, wanted) {
  const deadline = Date.now() + PATIENCE_MS;
  for (let shown = await shownTo(page); !isSo(shown); shown = await shownTo(page)) {
    assert.ok(Date.now() < deadline, `the system should show ${wanted}, and shows ${JSON.stringify(shown)}`);
    await setTimeout(50);
  }
}

/**
 * Runs in the page, before anything else: the system keeps what it shows, as most do, until it is taken back. Else this one
 * takes it away by itself some seconds later. The page counts what is shown, and may be held up before it is: `window.before`.
 */
export function keepShown() {
  window.shown = 0;
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    window.isShowing = true;
    await window.before;
    await show.call(this, title, { ...options, requireInteraction: true });
    window.shown += 1;
  };
}

/** Runs in the page: as if another tab were in front. */
export function hidePage() {
  Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Runs in the page: as if another program were in front, and the window in sight beside it. */
export function lookAway() {
  document.hasFocus = () => false;
}

/** Runs in the page. */
export function lookBack() {
  delete document.hasFocus;
  dispatchEvent(new Event("focus"));
}

/** Runs in the page. */
export function showPage() {
  delete document.visibilityState;
  document.dispatchEvent(new Event("visibilitychange"));
}
