/**
 * HTTP, and the access token. The token lives in this closure only: never in storage, never in an address.
 *
 * @typedef {import("./types.js").Session} Session
 */

import { siteData } from "./site-data.js";

const REFRESH_LOCK = "webchat-refresh";
const REFRESH_AGAIN_MS = 3_000;
/**
 * How long each try of a refresh may take. The server takes a spent cookie for 10 s more, then it counts as stolen and the
 * session ends: so an answer that may be lost is asked for again within them. All together they are not longer than a
 * tab waits for another one.
 */
const REFRESH_WITHIN_MS = [3_000, 3_000, 12_000];
const REFRESH_PAUSE_MS = 500;
/** How long an answer may take, its body included, before it counts as none. The server itself gives up after 10 s. */
const ANSWER_WITHIN_MS = 20_000;
/** The same where the request or the answer is a file. */
const FILE_WITHIN_MS = 120_000;

/** An answer that is not a success; `status` is 0 where there was none. */
export class ApiError extends Error {
  /** @param {import("./models/problem.js").Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.code);
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.errors = problem.errors;
    this.retryAfterS = problem.retryAfterS;
  }
}

/** An answer to a session that is over: whoever it was for is gone, and it is nobody else's. */
export class SessionOver extends Error {}

/** @param {Response} response */
async function errorFrom(response) {
  const body = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get("retry-after"));
  return new ApiError({
    status: response.status,
    code: body.code ?? `http_${response.status}`,
    detail: body.detail ?? "",
    errors: Array.isArray(body.errors) ? body.errors : [],
    retryAfterS: retryAfter > 0 ? retryAfter : null,
  });
}

/** @param {Response} response @returns {Promise<any>} its JSON, null where there is none */
const json = async (response) => (response.status === 204 ? null : response.json());

/** @param {Response} response */
const file = (response) => response.blob();

/** @param {unknown} cause */
function unreachable(cause) {
  return new ApiError({ status: 0, code: "unreachable", detail: String(cause), errors: [], retryAfterS: null });
}

/**
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {string|null} token
 * @param {(response: Response) => Promise<T>} read what a success carries
 * @param {number} [withinMs] how long the answer may take
 * @returns {Promise<T>} rejects with an ApiError, at the latest when the answer has taken too long
 */
async function send(method, path, body, token, read, withinMs) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  const isForm = body instanceof FormData; // which says itself what it is
  if (body !== undefined && !isForm) headers["content-type"] = "application/json";
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const signal = AbortSignal.timeout(withinMs ?? (isForm || read === file ? FILE_WITHIN_MS : ANSWER_WITHIN_MS));
  const request = { method, headers, signal, body: body === undefined || isForm ? body : JSON.stringify(body) };
  try {
    const response = await fetch(path, request);
    if (!response.ok) throw await errorFrom(response);
    return await read(response);
  } catch (cause) {
    throw cause instanceof ApiError ? cause : unreachable(cause);
  }
}

/**
 * One at a time over all tabs: each refresh spends the cookie that the one before has set. A tab that does not give way
 * counts as a server that does not answer.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(work) {
  // Over plain http there are no locks, and a browser that keeps nothing for the site refuses them.
  if (!navigator.locks || !siteData.isKept()) return work();
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    return await navigator.locks.request(REFRESH_LOCK, { signal }, work);
  } catch (cause) {
    throw cause === signal.reason ? unreachable(cause) : cause;
  }
}

/** Spends the cookie, and asks again where no answer comes: it may be spent all the same. @returns {Promise<Session>} */
async function spendCookie(tries = REFRESH_WITHIN_MS) {
  const [withinMs, ...others] = tries;
  try {
    return await send("POST", "/auth/refresh", undefined, null, json, withinMs);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0 || others.length === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, REFRESH_PAUSE_MS));
    return spendCookie(others);
  }
}

/**
 * @param {object} listeners
 * @param {(session: Session) => void} listeners.onSession a new access token was received
 * @param {() => void} listeners.onSignedOut the session is over
 */
export function createApi({ onSession, onSignedOut }) {
  /** @type {string|null} */
  let token = null;
  /** @type {Promise<Session>|null} */
  let refreshing = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** Which session it is, of all that this page has had. */
  let turn = 0;

  /** @param {Session} session */
  function adopt(session) {
    token = session.access_token;
    planRefresh(Math.max(5_000, session.expires_in * 800));
    onSession(session);
    return session;
  }

  /** @param {number} delayMs */
  function planRefresh(delayMs) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Out of reach: the session may well be alive, so try again. A refused refresh has already signed out.
      refresh().catch(() => token !== null && planRefresh(REFRESH_AGAIN_MS * (1 + Math.random())));
    }, Math.min(delayMs, 2 ** 31 - 1));
  }

  function forget() {
    clearTimeout(timer);
    token = null;
    turn += 1;
  }

  /** Renews the session by its cookie. @returns {Promise<Session>} */
  function refresh() {
    const before = token;
    refreshing ??= alone(() => spendCookie())
      .then(adopt)
      .catch((error) => {
        // Whoever has signed in meanwhile stays so.
        if (error.status === 401 && token === before) {
          forget();
          onSignedOut();
        }
        throw error;
      })
      .finally(() => (refreshing = null));
    return refreshing;
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {(response: Response) => Promise<T>} read
   */
  async function tryTwice(method, path, body, read) {
    const asked = turn;
    try {
      return await send(method, path, body, token, read);
    } catch (error) {
      if (asked !== turn || token === null || !(error instanceof ApiError) || error.status !== 401) throw error;
      await refresh();
      if (asked !== turn) throw new SessionOver();
      return send(method, path, body, token, read);
    }
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {(response: Response) => Promise<T>} read
   * @returns {Promise<T>} rejects with SessionOver if the session is over by then, whatever the answer was
   */
  async function answer(method, path, body, read) {
    const asked = turn;
    const answered = tryTwice(method, path, body, read);
    await Promise.allSettled([answered]);
    if (asked !== turn) throw new SessionOver();
    return answered;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] JSON, or a FormData
   * @returns {Promise<any>} the answer's JSON, null for 204; rejects with an ApiError
   */
  async function request(method, path, body) {
    return answer(method, path, body, json);
  }

  /** All of a list, page by page. @param {string} path @returns {Promise<any[]>} */
  async function list(path) {
    const items = [];
    let cursor = "";
    do {
      const page = await request("GET", `${path}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next_cursor ?? "";
    } while (cursor);
    return items;
  }

  /** A file. @param {string} path @returns {Promise<Blob|null>} null where there is none */
  async function blob(path) {
    try {
      return await answer("GET", path, undefined, file);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Registers or logs in.
   * @param {"/auth/register"|"/auth/login"} path
   * @param {Record<string, string>} form
   */
  async function signIn(path, form) {
    return adopt(await send("POST", path, form, null, json));
  }

  /**
   * What ends the session: the server may tell the sockets so before its answer is here.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async function end(method, path, body) {
    await tryTwice(method, path, body, json);
    forget();
  }

  return { request, list, blob, refresh, signIn, end, forget, token: () => token ?? "" };
}

/** @typedef {ReturnType<typeof createApi>} Api */
