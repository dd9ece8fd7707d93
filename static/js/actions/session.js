/**
 * Signing up, in and out. The session itself lives in a cookie that only the server reads.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { fieldWords, wordsFor } from "../models/problem.js";
import { suggestedNames } from "../models/suggestion.js";
import { keepSignedIn } from "../preferences.js";
import { closeShownAlerts } from "../shown-alerts.js";
import { idleForm, signedOutState } from "../store.js";

const RESTORE_AGAIN_MS = 3_000;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let again;

/** On load, and until there is an answer: takes up the session that the cookie stands for. @param {Context} context */
export async function restore({ store, api, dispatch }) {
  clearTimeout(again);
  try {
    await api.refresh();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return;
    store.update({ session: "unreachable" });
    clearTimeout(again);
    again = setTimeout(() => dispatch("restore"), RESTORE_AGAIN_MS);
  }
}

/** @param {Context} context @param {Record<string, string>} form */
export async function register(context, form) {
  const { display_name, ...rest } = form;
  if (await submit(context, "/auth/register", display_name ? form : rest)) location.hash = "#/wait";
}

/** @param {Context} context @param {Record<string, string>} form */
export async function login(context, form) {
  if (await submit(context, "/auth/login", form)) location.hash = "#/conversations";
}

/**
 * @param {Context} context
 * @param {"/auth/register"|"/auth/login"} path
 * @param {Record<string, string>} form
 * @returns {Promise<boolean>} whether it succeeded
 */
async function submit({ store, api }, path, form) {
  if (store.state.form.busy) return false;
  store.update({ form: { busy: true, fields: {}, message: null } });
  try {
    await api.signIn(path, form);
    store.update({ form: idleForm() });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fields = fieldWords(error);
    const message = Object.keys(fields).length > 0 ? null : wordsFor(error);
    store.update({ form: { busy: false, fields, message } });
    return false;
  }
}

/** A new access token is here: after signing in, and at every refresh. @param {Context} context @param {import("../types.js").Session} session */
export function sessionRenewed({ store, sockets, outbox, dispatch }, session) {
  const { state } = store;
  if (state.session === "in" && state.user?.id !== session.user.id) {
    // Another tab has signed in as somebody else; the cookie is theirs now.
    return closeShownAlerts().finally(() => location.reload());
  }
  keepSignedIn(true);
  store.update({ user: session.user });
  if (state.session !== "in") {
    store.update({ session: "in" });
    dispatch("enter");
    outbox.keepOnly(session.user.id);
    dispatch("connectNotifications");
    dispatch("navigated");
    return;
  }
  const frame = { type: "auth", access_token: session.access_token };
  sockets.notifications?.send(frame);
  sockets.chat?.send(frame);
}

/** @param {Context} context */
export async function logout({ api, dispatch }) {
  await api.end("POST", "/auth/logout");
  await dispatch("signedOut", { isAsked: true });
}

/** What the page holds of pictures. @param {import("../store.js").State} state */
function dropPictures({ pictures, avatarEdit }) {
  for (const url of [...Object.values(pictures), avatarEdit?.cut?.url]) if (url) URL.revokeObjectURL(url);
}

/** The session is over: the person has ended it, or it was ended elsewhere. @param {Context} context @param {{isAsked: boolean}} [by] */
export function signedOut({ store, api, sockets, outbox, keptDrafts, dispatch }, by) {
  const { session, expected } = store.state;
  const isNews = (session === "in" || expected) && by?.isAsked !== true;
  api.forget();
  sockets.notifications?.close();
  sockets.notifications = null;
  if (store.state.chat !== null) dispatch("closeRoom");
  if (Object.keys(store.state.drafts).length > 0) dispatch("dropFiles");
  dropPictures(store.state);
  outbox.clear();
  keptDrafts.clear();
  closeShownAlerts();
  keepSignedIn(false);
  store.update({ session: "out", expected: false, suggested: suggestedNames(Math.random), ...signedOutState(Date.now()) });
  if (isNews) dispatch("tell", t("app.signed_out"));
  dispatch("navigated");
}
