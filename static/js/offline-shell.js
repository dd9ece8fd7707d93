/**
 * The page works without a connection as far as a page can: a worker keeps its files.
 */

/** The one address that a worker may be started from. */
const WORKER = "/sw.js";

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
