/**
 * Starts the client. Where the page begins with the landing page, that is painted first, and the client's files are asked for then,
 * all at the same time: to ask for them takes a slow phone as long as to paint. Elsewhere `first.js` has asked for them.
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

async function start() {
  if (document.documentElement.dataset.begins === "landing") {
    // A tab in the background paints nothing.
    if (document.visibilityState === "visible") await painted();
    const list = /** @type {HTMLTemplateElement} */ (document.getElementById("client"));
    document.head.append(list.content.cloneNode(true));
  }
  await import("./app.js");
}

start();
