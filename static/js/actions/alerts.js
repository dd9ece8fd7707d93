/**
 * Calling the person back to the page: a sound, and the system's own notification.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../models/alerts.js").Alerts} Alerts
 */
import { alertsFrom, isTold, noticesStand } from "../models/alerts.js";
import { chime, readyChime } from "../chime.js";
import { t } from "../models/language.js";
import { roomHash } from "../models/route.js";
import { runningWorker } from "../offline-shell.js";
import { siteData } from "../site-data.js";
import { isLookedAt } from "../tabs.js";

const CHOICE = "webchat.alerts";
/** One tab is enough: the others of this browser stay silent for as long. */
const ALONE_MS = 1_500;
const ALONE_LOCK = "webchat-alert";
/** This tab is the one that calls. */
let isCaller = false;

/** What was chosen in this browser before, and what is chosen in its other tabs from now on. @param {Context} context */
export function loadAlerts({ store, dispatch }) {
  const alerts = alertsFrom(siteData.read(CHOICE));
  store.update({ alerts });
  dispatch("readPermission");
  // A page that was loaded anew is silent until somebody does something on it.
  for (const deed of ["pointerdown", "keydown"]) {
    addEventListener(deed, () => store.state.alerts.sound && readyChime(), { once: true });
  }
  addEventListener("storage", ({ key, newValue }) => {
    if (key === CHOICE) store.update({ alerts: alertsFrom(newValue) });
  });
}

/** The person may have changed it in the browser itself. @param {Context} context */
export function readPermission({ store }) {
  const canNotify = "Notification" in window && "serviceWorker" in navigator;
  store.update({ permission: canNotify ? Notification.permission : "missing" });
}

/** Whoever chooses was asked. @param {Context} context @param {Partial<Alerts>} choice */
export function chooseAlerts({ store }, choice) {
  const alerts = { ...store.state.alerts, ...choice, asked: true };
  siteData.keep(CHOICE, JSON.stringify(alerts));
  store.update({ alerts });
  if (alerts.sound) readyChime();
}

/** The browser asks by itself, once. @param {Context} context @param {boolean} wanted */
export async function chooseNotices({ store, dispatch }, wanted) {
  if (wanted && store.state.permission === "default") await Notification.requestPermission();
  await dispatch("readPermission");
  await dispatch("chooseAlerts", { notices: wanted && store.state.permission === "granted" });
}

/** Yes to the offer: to all that this browser can do. @param {Context} context */
export async function allowAlerts({ store, dispatch }) {
  await dispatch("chooseAlerts", { sound: true });
  await dispatch("chooseNotices", true);
  if (store.state.permission === "denied") await dispatch("tell", t("notify.denied"));
}

/** What the system was told last: one after the other, or an older message may come out on top. @type {Promise<void>|undefined} */
let lastShown;

/** The room whose notifications are taken back already. @type {string|null} */
let takenBack = null;

/** Who looks at a room has no use for its notifications any more. @param {Context} context */
export async function takeBackAlerts({ store, dispatch }) {
  const { chat } = store.state;
  const roomId = chat !== null && isLookedAt() ? chat.roomId : null;
  if (roomId === takenBack) return;
  takenBack = roomId;
  if (roomId !== null) await dispatch("sweepAlerts", roomId);
}

/** Takes back what has nothing to say any more. @param {Context} context @param {string} [roomId] of this room; else of all */
export async function sweepAlerts({ store }, roomId) {
  if (store.state.permission !== "granted") return;
  const worker = await navigator.serviceWorker.getRegistration();
  const shown = (await worker?.getNotifications(roomId === undefined ? {} : { tag: roomId })) ?? [];
  const { session, chat, rooms } = store.state;
  const before = isLookedAt() ? chat?.roomId : undefined;
  for (const each of shown) if (session !== "in" || each.tag === before || isTold(rooms, each.tag)) each.close();
}

/**
 * Something has happened that the person waits for. Who looks at the page sees it, in whichever tab.
 * @param {Context} context
 * @param {{title: string, body: string, roomId: string}} what
 */
export async function alertPerson({ store, tabs, dispatch }, { title, body, roomId }) {
  if (isLookedAt() || (await tabs.isAnotherWatched())) return;
  // While the other tabs were asked, it may have been read on the phone, and the session been ended there.
  if (store.state.session !== "in" || isTold(store.state.rooms, roomId)) return;
  await dispatch("readPermission");
  const { alerts } = store.state;
  // What comes on the heels of it makes no second sound, but it is the newest.
  if (isCaller) return dispatch("showAlert", { title, body, roomId });
  const call = async () => {
    isCaller = true;
    try {
      if (alerts.sound) chime();
      dispatch("showAlert", { title, body, roomId });
      await new Promise((resolve) => setTimeout(resolve, ALONE_MS));
    } finally {
      isCaller = false;
    }
  };
  // Over plain http, and where site data is blocked, tabs cannot agree.
  if (!navigator.locks || !siteData.isKept()) return call();
  await navigator.locks.request(ALONE_LOCK, { ifAvailable: true }, async (lock) => lock && call());
}

/**
 * The system shows it, by the worker that keeps the page's files: on phones nobody else may. At the first visit that worker has to start,
 * and the person may look at the page, or be gone, before it does.
 * @param {Context} context
 * @param {{title: string, body: string, roomId: string}} what
 */
export async function showAlert({ store, dispatch }, { title, body, roomId }) {
  const { alerts, permission, user } = store.state;
  if (noticesStand(alerts, permission) !== "on") return;
  const worker = await runningWorker();
  if (worker === null) return console.warn("there is no worker to show a notification by");
  if (isLookedAt() || store.state.user?.id !== user?.id || isTold(store.state.rooms, roomId)) return;
  const shown = Promise.allSettled([lastShown]).then(() =>
    worker.showNotification(title, { body, tag: roomId, icon: "/img/icon-192.png", data: roomHash(roomId) }));
  lastShown = shown;
  await shown;
  if (takenBack === roomId) takenBack = null;
  await dispatch("sweepAlerts", roomId); // of what has happened meanwhile
}
