/**
 * Keeps the client's own files for when there is no connection. What the API answers is never kept: this worker does not
 * even touch such a request.
 */
const SHELL = "webchat-shell";

/** The client's own files, and nothing else. @param {URL} url */
function isShell({ origin, pathname }) {
  if (origin !== location.origin) return false;
  return pathname === "/" || pathname === "/manifest.webmanifest" || /^\/(css|img|js|locales|vendor)\//.test(pathname);
}

/** Which of them is read first is known when it is spoken. */
const LANGUAGES = ["en", "vi", "de"];

/** All that the page names: its own list is the list. And the words, in every language. */
async function shellFiles() {
  const page = await (await fetch("/", { cache: "no-cache" })).text();
  const named = [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path);
  return [...new Set(["/", ...named, ...LANGUAGES.map((language) => `/locales/${language}.json`)])];
}

async function keepShell() {
  const cache = await caches.open(SHELL);
  await cache.addAll(await shellFiles());
}

/** The newest file where the server is in reach, else the one that was kept. @param {Request} request */
async function freshOrKept(request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

addEventListener("install", (event) => event.waitUntil(keepShell()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isShell(new URL(request.url))) event.respondWith(freshOrKept(request));
});

/** Somebody follows a notification: to the page that is open, or to a new one. @param {string} hash of the screen */
async function follow(hash) {
  const [page] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!page) return clients.openWindow(`/${hash}`);
  page.postMessage({ go: hash });
  return page.focus();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(follow(event.notification.data));
});
