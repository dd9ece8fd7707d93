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

/** What a page without a server shows. */
const PICTURE = "/img/two-people.svg";

/** All that the page names: its own list is the list. And the words, in every language. */
async function shellFiles() {
  const page = await (await fetch("/", { cache: "no-cache" })).text();
  const named = [...page.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path);
  return [...new Set(["/", ...named, ...LANGUAGES.map((language) => `/locales/${language}.json`), PICTURE])];
}

async function keepShell() {
  const cache = await caches.open(SHELL);
  await cache.addAll(await shellFiles());
}

/** How long an answer may take before the file that was kept stands in for it. */
const ANSWER_WITHIN_MS = 4_000;
/** Where one answer took too long, what is kept of the page comes at once, and not each file after a wait of its own. */
const ALL_KEPT_FOR_MS = 10_000;
let allKeptUntilMs = 0;

/** The newest file where the server is in reach, and has it; else the one that was kept. @param {FetchEvent} event */
async function freshOrKept(event) {
  const { request } = event;
  const atOnce = Date.now() < allKeptUntilMs ? await kept(request) : undefined;
  if (atOnce) return atOnce;
  const asked = fetch(request);
  // Also an answer that comes too late is kept. Who has asked hears of a failure.
  event.waitUntil(asked.then((response) => (response.ok ? keep(request, response.clone()) : undefined), () => undefined));
  try {
    const answer = await inTime(asked);
    // Where a proxy stands before the server, it answers for one that is away: 502, 503, 504.
    return answer.status < 500 ? answer : (await kept(request)) ?? answer;
  } catch (error) {
    const known = await kept(request);
    if (!known) return asked;
    if (error === LATE) allKeptUntilMs = Date.now() + ALL_KEPT_FOR_MS;
    return known;
  }
}

const LATE = new Error("there is no answer yet");

/** @param {Promise<Response>} asked @returns {Promise<Response>} */
async function inTime(asked) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, ANSWER_WITHIN_MS, LATE);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
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
