/**
 * The one way in: whatever a person does, a socket says or a timer rings is an action, named here.
 */
import { ApiError, SessionOver } from "./api.js";
import { t } from "./models/language.js";
import { loadInside } from "./load-inside.js";
import { isLost } from "./models/link.js";
import { wordsFor } from "./models/problem.js";
import { screenFault } from "./models/screen.js";
import * as appearance from "./actions/appearance.js";
import * as navigation from "./actions/navigation.js";
import * as session from "./actions/session.js";

const NOTICE_MS = 6_000;

/** What the way in needs. Everything else comes with the first of its actions, or before. */
const first = { ...session, ...navigation, ...appearance };

/** @type {import("./load-inside.js").Inside["actions"]|null} */
let inside = null;

/** @typedef {(context: Context, payload: any) => unknown} Action */

/** What the page asks for by itself, until it is here. Everything else somebody has pressed, and waits for. @type {ReadonlySet<string>} */
const BY_ITSELF = new Set([
  "loadScreen", "loadProfile", "loadTicket", "loadRooms", "loadRoom", "loadStatus", "loadPicture", "syncHistory", "loadEarlier",
  "settleUnsent", "refreshFiles", "readPeer", "saveVotes",
]);

/** @param {ActionName} name @returns {Action|undefined} */
function loaded(name) {
  const [here, there] = /** @type {(Record<string, Action>|null)[]} */ ([first, inside]);
  return here?.[name] ?? there?.[name];
}

/**
 * What an action may use.
 * @typedef {object} Context
 * @property {import("./store.js").Store} store
 * @property {import("./api.js").Api} api
 * @property {import("./outbox.js").Outbox} outbox
 * @property {import("./drafts.js").KeptDrafts} keptDrafts
 * @property {import("./models/turns.js").Turns} turns
 * @property {Dispatch} dispatch
 * @property {import("./tabs.js").Tabs} tabs
 * @property {{notifications: import("./connection.js").Connection|null, chat: import("./connection.js").Connection|null}} sockets
 *
 * @typedef {keyof typeof first | keyof import("./load-inside.js").Inside["actions"]} ActionName
 * @typedef {(name: ActionName, payload?: any) => Promise<void>} Dispatch
 */

/** A request that is cut off because the person leaves or reloads the page has not failed. */
const LEAVING_MS = 5_000;
let leavingUntilMs = 0;
addEventListener("beforeunload", () => {
  leavingUntilMs = Date.now() + LEAVING_MS;
});

/**
 * Binds the actions to their context. An action's failure ends here: logged once, and told to the person.
 * @param {Omit<Context, "dispatch">} parts
 * @returns {Dispatch}
 */
export function createDispatch(parts) {
  /** @type {Context} */
  const context = Object.assign(parts, { dispatch });
  /** @type {Dispatch} */
  async function dispatch(name, payload) {
    try {
      if (loaded(name) === undefined) inside = (await loadInside()).actions;
      await /** @type {Action} */ (loaded(name))(context, payload);
    } catch (error) {
      report(context.store, name, error);
    }
  }
  return dispatch;
}

/**
 * @param {import("./store.js").Store} store
 * @param {string} name
 * @param {unknown} error
 */
function report(store, name, error) {
  if (error instanceof SessionOver) return; // whoever it was for has gone
  if (error instanceof ApiError && error.status === 0 && Date.now() < leavingUntilMs) return;
  console.error("action failed", { action: name, error });
  if (error instanceof ApiError && error.status === 401) return; // the session's own screens say so
  if (error instanceof ApiError && screenFault(store.state) !== null) return; // the screen says so
  const { session, links } = store.state;
  const bannerSaysIt = session === "in" && isLost(links.notifications, Date.now());
  if (error instanceof ApiError && error.status === 0 && bannerSaysIt && BY_ITSELF.has(name)) return;
  const text = error instanceof ApiError ? wordsFor(error) : t("problem.unknown");
  store.update({ notice: { text, untilMs: Date.now() + NOTICE_MS } });
}
