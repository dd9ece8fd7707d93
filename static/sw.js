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

/** The newest file where the server is in reach, else the one that was kept. @param {FetchEvent} event */
async function freshOrKept(event) {
  const { request } = event;
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keep(request, response.clone()));
    return response;
  } catch (error) {
    const known = await kept(request);
    if (known) return known;
    throw error;
  }
}

/** For another time. A browser that has no room for it has the answer all the same. @param {Request} request @param {Response} response */
async function keep(request, response) {
  try {
    const cache = await caches.open(SHELL);
    await cache.put(request, response);
  } catch (error) {
    console.warn("a file is not kept for later", request.url, error);
  }
}

/** @param {Request} request */
async function kept(request) {
  try {
    const cache = await caches.open(SHELL);
    return await cache.match(request);
  } catch (error) {
    console.warn("what was kept cannot be read", request.url, error);
    return undefined;
  }
}

addEventListener("install", (event) => event.waitUntil(keepShell()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isShell(new URL(request.url))) event.respondWith(freshOrKept(event));
});

/** Somebody follows a notification: to the client where it is open, or to a new one. Other pages of the site do not listen. @param {string} hash of the screen */
async function follow(hash) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === "/");
  if (!page) return clients.openWindow(`/${hash}`);
  page.postMessage({ go: hash });
  return page.focus();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(follow(event.notification.data));
});
