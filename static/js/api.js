/**
 * HTTP, and the access token. The token lives in this closure only: never in storage, never in an address.
 *
 * @typedef {import("./types.js").Session} Session
 */

const REFRESH_LOCK = "webchat-refresh";
const REFRESH_AGAIN_MS = 5_000;

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
const read = async (response) => (response.status === 204 ? null : response.json());

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {string|null} token
 */
async function send(method, path, body, token) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  const isForm = body instanceof FormData; // which says itself what it is
  if (body !== undefined && !isForm) headers["content-type"] = "application/json";
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const request = { method, headers, body: body === undefined || isForm ? body : JSON.stringify(body) };
  const response = await fetch(path, request).catch((cause) => {
    throw new ApiError({ status: 0, code: "unreachable", detail: String(cause), errors: [], retryAfterS: null });
  });
  if (!response.ok) throw await errorFrom(response);
  return response;
}

/**
 * One at a time over all tabs: each refresh spends the cookie that the one before has set.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(work) {
  return navigator.locks ? await navigator.locks.request(REFRESH_LOCK, work) : work();
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
  }

  /** Renews the session by its cookie. @returns {Promise<Session>} */
  function refresh() {
    const before = token;
    refreshing ??= alone(() => send("POST", "/auth/refresh", undefined, null).then(read))
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

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async function answer(method, path, body) {
    try {
      return await send(method, path, body, token);
    } catch (error) {
      if (token === null || !(error instanceof ApiError) || error.status !== 401) throw error;
      await refresh();
      return send(method, path, body, token);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] JSON, or a FormData
   * @returns {Promise<any>} the answer's JSON, null for 204; rejects with an ApiError
   */
  async function request(method, path, body) {
    return read(await answer(method, path, body));
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
      return await (await answer("GET", path)).blob();
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
    return adopt(await read(await send("POST", path, form, null)));
  }

  async function signOut() {
    await request("POST", "/auth/logout");
    forget();
  }

  return { request, list, blob, refresh, signIn, signOut, forget, token: () => token ?? "" };
}

/** @typedef {ReturnType<typeof createApi>} Api */
