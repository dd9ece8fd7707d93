/**
 * The one way in: whatever a person does, a socket says or a timer rings is an action, named here.
 */
import { ApiError } from "./api.js";
import { t } from "./models/language.js";
import { wordsFor } from "./models/problem.js";
import * as account from "./actions/account.js";
import * as alerts from "./actions/alerts.js";
import * as appearance from "./actions/appearance.js";
import * as avatar from "./actions/avatar.js";
import * as chat from "./actions/chat.js";
import * as decision from "./actions/decision.js";
import * as files from "./actions/files.js";
import * as frames from "./actions/frames.js";
import * as history from "./actions/history.js";
import * as navigation from "./actions/navigation.js";
import * as notifications from "./actions/notifications.js";
import * as peer from "./actions/peer.js";
import * as profile from "./actions/profile.js";
import * as queue from "./actions/queue.js";
import * as rooms from "./actions/rooms.js";
import * as sending from "./actions/sending.js";
import * as session from "./actions/session.js";
import * as settling from "./actions/settling.js";

const NOTICE_MS = 6_000;

const actions = {
  ...session, ...navigation, ...profile, ...queue, ...notifications, ...chat, ...history, ...frames,
  ...decision, ...appearance, ...account, ...avatar, ...settling, ...alerts, ...files, ...peer, ...rooms, ...sending,
};

/**
 * What an action may use.
 * @typedef {object} Context
 * @property {import("./store.js").Store} store
 * @property {import("./api.js").Api} api
 * @property {import("./outbox.js").Outbox} outbox
 * @property {Dispatch} dispatch
 * @property {(word: import("./tabs.js").Word) => void} tellTabs
 * @property {{notifications: import("./connection.js").Connection|null, chat: import("./connection.js").Connection|null}} sockets
 *
 * @typedef {keyof typeof actions} ActionName
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
      const action = /** @type {(context: Context, payload: any) => unknown} */ (actions[name]);
      await action(context, payload);
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
  if (error instanceof ApiError && error.status === 0 && Date.now() < leavingUntilMs) return;
  console.error("action failed", { action: name, error });
  if (error instanceof ApiError && error.status === 401) return; // the session's own screens say so
  const { session, links } = store.state;
  const bannerSaysIt = session === "in" && links.notifications.state !== "online";
  if (error instanceof ApiError && error.status === 0 && bannerSaysIt) return;
  const text = error instanceof ApiError ? wordsFor(error) : t("problem.unknown");
  store.update({ notice: { text, untilMs: Date.now() + NOTICE_MS } });
}
