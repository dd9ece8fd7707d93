/**
 * Where everything is put together: the store, the actions, the drawing, and what the browser reports.
 */
import { createApi } from "./api.js";
import { createDispatch } from "./dispatch.js";
import { createDrawing } from "./drawing.js";
import { openDrafts } from "./drafts.js";
import { remainingMs, serverNowMs, untilNextDigitMs } from "./models/countdown.js";
import { parseRoute } from "./models/route.js";
import { firstLanguage } from "./language-file.js";
import { keepShell } from "./offline-shell.js";
import { createOutbox } from "./outbox.js";
import { unreadTotal } from "./models/room.js";
import { suggestedNames } from "./models/suggestion.js";
import { createTurns } from "./models/turns.js";
import { chosenLanguage, chosenTheme, wasSignedIn, wear } from "./preferences.js";
import { createStore, initialState } from "./store.js";
import { isLookedAt, openTabs } from "./tabs.js";
import { render } from "../vendor/lit-html.js";
import { app, screenOf, title } from "./views/app.js";
import { showUnread } from "./views/favicon.js";
import { holdFocus, settleFocus } from "./views/focus.js";
import { LogPlace } from "./views/log-scroll.js";
import { openModals } from "./views/modal.js";

const store = createStore({
  ...initialState(Date.now()), route: parseRoute(location.hash), language: chosenLanguage(), theme: chosenTheme(),
  expected: wasSignedIn(), suggested: suggestedNames(Math.random),
});
const api = createApi({
  onSession: (session) => dispatch("sessionRenewed", session),
  onSignedOut: () => dispatch("signedOut"),
});
const outbox = createOutbox((error) => {
  if (error !== null) console.error("unsent messages are not kept", error);
  store.update({ keepsUnsent: error === null });
});
/** @type {import("./dispatch.js").Context["sockets"]} */
const sockets = { notifications: null, chat: null };
const tabs = openTabs({
  onWord: (word) => store.state.session === "in" && dispatch("tabSaid", word),
  isWatched: () => store.state.session === "in" && isLookedAt(),
});
const dispatch = createDispatch({ store, api, outbox, keptDrafts: openDrafts(), turns: createTurns(), sockets, tabs });

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
let shownScreen = "";
let shownAtEnd = true;
const place = new LogPlace((where) => dispatch("scrolled", where));
let shownFaults = store.state.form.fields;

function draw() {
  const { state } = store;
  const atEnd = state.chat?.atEnd ?? true;
  place.look();
  holdFocus();
  render(app(state, dispatch), root);
  openModals();
  document.title = title(state);
  showUnread(unreadTotal(state.rooms) > 0);
  const log = document.getElementById("log");
  place.hold(log, atEnd && !shownAtEnd);
  shownAtEnd = atEnd;
  if (log !== null) dispatch("seen");
  const hasMoment = state.chat?.moment ?? false;
  focusFirstFault(state.form.fields);
  const who = screenOf(state) === null ? "nobody yet" : state.session === "in";
  const stage = state.route.screen === "wait" ? state.ticket?.state : state.chat?.load;
  focusNewScreen(`${who}/${state.route.screen}/${state.route.roomId}/${stage}/${hasMoment}`);
  settleFocus(root);
}

/** A new screen is announced by moving the focus to its heading. @param {string} screen */
function focusNewScreen(screen) {
  if (screen === shownScreen) return;
  const isFirst = shownScreen === "";
  shownScreen = screen;
  if (isFirst || document.activeElement?.matches("input, textarea, select")) return;
  /** @type {HTMLElement|null} */ (root.querySelector(".moment h1") ?? root.querySelector("main h1"))?.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** A refused form is taken up where it has to be corrected. @param {Record<string, string>} faults */
function focusFirstFault(faults) {
  if (faults === shownFaults) return;
  shownFaults = faults;
  /** @type {HTMLElement|null} */ (root.querySelector('form [aria-invalid="true"]'))?.focus();
}

/** A page that did not run for so long was asleep, and so were its connections. */
const SLEPT_MS = 15_000;
let awakeAtMs = Date.now();

/** Redraws when the shown time changes. */
function keepTime() {
  const nowMs = Date.now();
  if (nowMs - awakeAtMs > SLEPT_MS) probe();
  awakeAtMs = nowMs;
  dispatch("tick");
  const { chat, clock } = store.state;
  const left = remainingMs(chat?.status?.ends_at ?? null, serverNowMs(clock, Date.now()));
  setTimeout(keepTime, untilNextDigitMs(left));
}

function probe() {
  if (document.visibilityState !== "visible") return;
  sockets.notifications?.probe();
  sockets.chat?.probe();
  if (Object.keys(store.state.notSent).length > 0) dispatch("lookAgain");
  dispatch("tick");
}

/** Where the page alone holds what is not sent, or a file is on its way, leaving it is asked first. @param {BeforeUnloadEvent} event */
function guardUnsent(event) {
  const isUploading = Object.values(store.state.drafts).some(({ uploads }) => uploads.some(({ state }) => state === "uploading"));
  if (isUploading || (!store.state.keepsUnsent && outbox.holds())) event.preventDefault();
}

/** A file that is let go beside its place would be opened instead of the page. @param {DragEvent} event */
function catchStray(event) {
  const isFile = event.dataTransfer?.types.includes("Files") === true;
  if (!isFile || event.defaultPrevented || (event.target instanceof HTMLInputElement && event.target.type === "file")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}

addEventListener("dragover", catchStray);
addEventListener("drop", catchStray);
addEventListener("beforeunload", guardUnsent);
addEventListener("hashchange", () => dispatch("navigated"));
addEventListener("storage", () => dispatch("takeUpChoices"));
addEventListener("online", probe);
addEventListener("offline", probe);
addEventListener("pageshow", probe);
addEventListener("resize", () => store.update({}));
addEventListener("focus", () => store.update({})); // what is in the room is read now
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  location.hash = data.go; // somebody has followed a notification
});
document.addEventListener("visibilitychange", probe);
document.addEventListener("resume", probe);

wear(store.state.theme);
await firstLanguage();
// The page has shown its first screen already; the same is drawn in its place.
root.replaceChildren();
store.subscribe(createDrawing(draw));
draw();
keepTime();
if (store.state.expected || store.state.route.screen !== "landing") dispatch("enter");
dispatch("restore");
keepShell();
