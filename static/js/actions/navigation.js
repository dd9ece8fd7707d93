/**
 * Screens, and the passing of time.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { loadInside } from "../load-inside.js";
import { remainingMs, serverNowMs } from "../models/countdown.js";
import { t } from "../models/language.js";
import { isRunning } from "../models/room.js";
import { parseRoute, redirect, roomHash } from "../models/route.js";
import { isNotRead } from "../models/screen.js";
import { overdue } from "../models/unsent.js";
import { idleForm } from "../store.js";

const NOTICE_MS = 6_000;
/** A phase that is over for this long without a word from the server: ask. */
const PHASE_OVERDUE_MS = 2_000;
const ASK_EVERY_MS = 5_000;
const LOAD_AGAIN_MS = 2_000;

let askedAtMs = 0;

/** Somebody is in, or on the way. @param {Context} context */
export async function enter({ store, dispatch }) {
  if (store.state.inside !== null) return;
  try {
    store.update({ inside: (await loadInside()).screens });
    await dispatch("loadAlerts");
  } catch (error) {
    console.error("the screens cannot be read", error);
    // A browser asks for a module once: a new page asks again. Whoever is not in has a form to lose, and is asked later.
    if (store.state.session === "in") setTimeout(() => location.reload(), LOAD_AGAIN_MS);
  }
}

/** The address has changed, or who is allowed to be there. @param {Context} context */
export async function navigated({ store, dispatch }) {
  const { session, route: before } = store.state;
  const route = parseRoute(location.hash);
  if (route.screen !== "landing") dispatch("enter");
  if (session === "restoring" || session === "unreachable") {
    store.update({ route });
    return;
  }
  const instead = redirect(route, session === "in");
  if (instead !== null) {
    location.replace(instead);
    return;
  }
  const { profile, account } = store.state;
  store.update({ route, form: idleForm(), profile: { ...profile, saved: false }, account: { ...account, typing: false, leaving: false } });
  if (before.screen === "room" && before.roomId !== route.roomId) await dispatch("closeRoom");
  dispatch("loadScreen");
}

/** Out of the waiting room for good: the way back leads past it, or it would lead here again. @param {Context} context @param {string} roomId */
export function goToMeeting({ store }, roomId) {
  if (store.state.route.screen === "wait") location.replace(roomHash(roomId));
  else location.hash = roomHash(roomId);
}

/** What each screen shows: read as it is opened, and again where it could not be read. @param {Context} context */
export async function loadScreen({ store, dispatch }) {
  const { route, chat, user } = store.state;
  store.update({ retrying: true });
  if (route.screen === "room" && (chat?.roomId !== route.roomId || chat?.load === "failed")) await dispatch("openRoom", route.roomId);
  if (route.screen === "wait") await Promise.all([dispatch("loadTicket"), dispatch("loadProfile")]);
  if (route.screen === "account") await dispatch("loadAccount");
  if (route.screen === "conversations") {
    dispatch("lookAgain");
    await dispatch("loadRooms");
  }
  if (route.screen === "profile") await dispatch("loadProfile");
  store.update({ retrying: false });
  if (route.screen === "profile" && store.state.profile.profile !== null) await dispatch("loadPicture", user?.id);
}

/** Time has passed. @param {Context} context */
export function tick({ store, dispatch }) {
  const nowMs = Date.now();
  const { notice, chat, ticket, route, clock, retrying } = store.state;
  store.update({ nowMs, notice: notice !== null && notice.untilMs <= nowMs ? null : notice });
  if (chat !== null && overdue(chat.unsent, nowMs).length > 0) dispatch("sendOverdue");
  if (chat !== null) dispatch("callTime");
  const due = [
    chat?.status && isRunning(chat.status) &&
      (remainingMs(chat.status.ends_at, serverNowMs(clock, nowMs - PHASE_OVERDUE_MS)) === 0) && "loadStatus",
    route.screen === "wait" && ticket?.state === "waiting" && "loadTicket",
    !retrying && isNotRead(store.state) && "loadScreen",
  ].find(Boolean);
  if (!due || nowMs - askedAtMs < ASK_EVERY_MS) return;
  askedAtMs = nowMs;
  dispatch(/** @type {"loadStatus"|"loadTicket"|"loadScreen"} */ (due));
}

/** Something to say to the person, for some seconds. @param {Context} context @param {string} text */
export function tell({ store }, text) {
  store.update({ notice: { text, untilMs: Date.now() + NOTICE_MS } });
}

/** @param {Context} context @param {string} text */
export async function copyText({ dispatch }, text) {
  await navigator.clipboard.writeText(text);
  await dispatch("tell", t("message.copied"));
}

/** @param {Context} context */
export function dismissNotice({ store }) {
  store.update({ notice: null });
}
