/**
 * Starts the client. Where the page begins with the landing page, that is painted first: to ask for all modules takes a slow
 * phone as long as to paint.
 */

/** Where nothing is painted after so long, the client does not wait for it. */
const PAINTED_WITHIN_MS = 1_000;

/** As soon as the next picture of the page is on its way to the screen. */
function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PAINTED_WITHIN_MS);
  });
}

/** Loads the client: all of its files at the same time, as the page lists them. */
function start() {
  const list = /** @type {HTMLTemplateElement} */ (document.getElementById("client"));
  document.head.append(list.content.cloneNode(true));
  return import("./app.js");
}

// A tab in the background paints nothing.
const waits = document.documentElement.dataset.begins === "landing" && document.visibilityState === "visible";
if (waits) painted().then(start);
else start();
