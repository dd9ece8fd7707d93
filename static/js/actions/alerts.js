/**
 * Calling the person back to the page: a sound, and the system's own notification.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../models/alerts.js").Alerts} Alerts
 */
import { alertsFrom } from "../models/alerts.js";
import { chime, readyChime } from "../chime.js";
import { roomHash } from "../models/route.js";
import { isLookedAt } from "../tabs.js";

const CHOICE = "webchat.alerts";
/** One tab is enough: the others of this browser stay silent for as long. */
const ALONE_MS = 1_500;
const ALONE_LOCK = "webchat-alert";
/** This tab is the one that calls. */
let isCaller = false;

/** What was chosen in this browser before. @param {Context} context */
export function loadAlerts({ store }) {
  const alerts = alertsFrom(localStorage.getItem(CHOICE));
  store.update({ alerts });
  // A page that was loaded anew is silent until somebody does something on it.
  for (const deed of ["pointerdown", "keydown"]) {
    if (alerts.sound) addEventListener(deed, readyChime, { once: true });
  }
}

/** @param {Context} context @param {Partial<Alerts>} choice */
export function chooseAlerts({ store }, choice) {
  const alerts = { ...store.state.alerts, ...choice };
  localStorage.setItem(CHOICE, JSON.stringify(alerts));
  store.update({ alerts });
  if (alerts.sound) readyChime();
}

/** The browser asks by itself, once. @param {Context} context */
export async function allowAlerts({ dispatch }) {
  await dispatch("chooseAlerts", { asked: true, sound: true });
  const permission = await Notification.requestPermission();
  await dispatch("chooseAlerts", { notices: permission === "granted" });
}

/**
 * Something has happened that the person waits for. Who looks at the page sees it, in whichever tab.
 * @param {Context} context
 * @param {{title: string, body: string, roomId: string}} what
 */
export async function alertPerson({ store, tabs }, { title, body, roomId }) {
  if (isLookedAt() || (await tabs.isAnotherWatched())) return;
  const { sound, notices } = store.state.alerts;
  const notify = async () => {
    if (notices && Notification.permission === "granted") await show(title, body, roomId);
  };
  // What comes on the heels of it makes no second sound, but it is the newest.
  if (isCaller) return notify();
  const call = async () => {
    isCaller = true;
    try {
      if (sound) chime();
      await notify();
      await new Promise((resolve) => setTimeout(resolve, ALONE_MS));
    } finally {
      isCaller = false;
    }
  };
  // Over plain http tabs cannot agree.
  if (!navigator.locks) return call();
  await navigator.locks.request(ALONE_LOCK, { ifAvailable: true }, async (lock) => lock && call());
}

/** By the worker that keeps the page's files: on phones nobody else may. @param {string} title @param {string} body @param {string} roomId */
async function show(title, body, roomId) {
  const worker = await navigator.serviceWorker.getRegistration();
  await worker?.showNotification(title, { body, tag: roomId, icon: "/img/icon-192.png", data: roomHash(roomId) });
}
