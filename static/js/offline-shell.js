/**
 * The page works without a connection as far as a page can: a worker keeps its files.
 */

/** The one address that a worker may be started from. */
const WORKER = "/sw.js";
/** How long the first worker may take until it runs: it has the client's files to read before. */
const RUNS_WITHIN_MS = 30_000;

/** Starts the worker that keeps the client's files, where the browser has such workers. */
export async function keepShell() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  try {
    await serviceWorker.register(trusted(WORKER));
  } catch (error) {
    // Some browsers refuse in private windows. Everything else works as before.
    console.info("the page is not kept for later", error);
  }
}

/** The worker as soon as it runs; null where it does not: it was refused, or could not read the files. */
export async function runningWorker() {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, RUNS_WITHIN_MS, null);
  });
  try {
    return await Promise.race([navigator.serviceWorker.ready, /** @type {Promise<null>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} address */
function trusted(address) {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  if (!trustedTypes) return address;
  return trustedTypes.createPolicy("offline-shell", {
    createScriptURL: (/** @type {string} */ asked) => {
      if (asked !== WORKER) throw new TypeError(`${asked} is no worker of this page`);
      return asked;
    },
  }).createScriptURL(address);
}
