/**
 * The account: devices, password, a copy of everything, the end of it. And what others and matching have to do with it.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../store.js").AccountPart} AccountPart
 */
import { ApiError } from "../api.js";
import { hasUnsent } from "../models/draft.js";
import { t } from "../models/language.js";
import { fieldWords, wordsFor } from "../models/problem.js";
import { saveAs } from "../save-as.js";
import { idleForm } from "../store.js";

/** Nobody says when the browser has read a file that it saves. */
const SAVED_WITHIN_MS = 60_000;

/** Where each part is read. @type {Record<AccountPart, string>} */
const PATHS = {
  sessions: "/auth/sessions", likes: "/users/me/likes", blocks: "/users/me/blocks", learned: "/users/me/learned",
};

/** @param {Context} context */
export function loadAccount({ dispatch }) {
  dispatch("readPermission");
  for (const part of Object.keys(PATHS)) dispatch("loadPart", part);
}

/** A part that cannot be read says so in its place. @param {Context} context @param {AccountPart} part */
export async function loadPart({ store, api, turns }, part) {
  /** @param {Partial<import("../store.js").Account>} patch @param {string|null} fault */
  const show = (patch, fault) => {
    const { account } = store.state;
    store.update({ account: { ...account, ...patch, faults: { ...account.faults, [part]: fault } } });
  };
  try {
    const read = () => (part === "learned" ? api.request("GET", PATHS[part]) : api.list(PATHS[part]));
    await turns.read(part, read, (value) => show({ [part]: value }, null));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    show({}, wordsFor(error));
  }
}

/** Logs out; where that loses something, the person is asked first. @param {Context} context */
export async function askLogout(context) {
  if (loses(context)) changeLeaving(context.store, true);
  else await context.dispatch("logout");
}

/** Also of rooms that were not opened since the page was loaded. @param {Context} context */
function loses({ store, keptDrafts }) {
  return hasUnsent(store.state) || keptDrafts.holds();
}

/** @param {Context} context */
export function stay({ store }) {
  changeLeaving(store, false);
}

/** @param {import("../store.js").Store} store @param {boolean} leaving */
function changeLeaving(store, leaving) {
  store.update({ account: { ...store.state.account, leaving } });
}

/** Signs another device out, or this one. @param {Context} context @param {{id: string, current: boolean}} session */
export async function endSession(context, { id, current }) {
  const { store, api, turns, dispatch } = context;
  if (current && loses(context)) return changeLeaving(store, true);
  const path = `/auth/sessions/${id}`;
  await turns.write("sessions", () => (current ? api.end("DELETE", path) : api.request("DELETE", path)));
  await (current ? dispatch("signedOut", { isAsked: true }) : dispatch("loadPart", "sessions"));
}

/** @param {Context} context @param {{form: Record<string, string>, done: () => void}} payload `done` empties the form */
export async function changePassword(context, { form, done }) {
  const { api, dispatch } = context;
  const isDone = await submit(context, () => api.request("POST", "/auth/password", form), "current_password");
  if (!isDone) return;
  done();
  typePassword(context, false);
  await dispatch("tell", t("account.password_changed"));
  await dispatch("loadPart", "sessions");
}

/** @param {Context} context @param {boolean} typing whether anything stands in the form */
export function typePassword({ store }, typing) {
  const { account } = store.state;
  if (account.typing !== typing) store.update({ account: { ...account, typing } });
}

/** For good. @param {Context} context @param {Record<string, string>} form with the password */
export async function deleteAccount(context, form) {
  const { api, dispatch } = context;
  const isDone = await submit(context, () => api.end("DELETE", "/users/me", form), "password");
  if (isDone) await dispatch("signedOut", { isAsked: true });
}

/** @param {Context} context @param {boolean} asked whether the person is asked for the password */
export function askDeletion({ store }, asked) {
  store.update({ form: idleForm(), account: { ...store.state.account, deleting: asked } });
}

/**
 * @param {Context} context
 * @param {() => Promise<unknown>} request
 * @param {string} passwordField where a wrong password is told
 * @returns {Promise<boolean>} whether it succeeded
 */
async function submit({ store }, request, passwordField) {
  if (store.state.form.busy) return false;
  store.update({ form: { busy: true, fields: {}, message: null } });
  try {
    await request();
    store.update({ form: idleForm() });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const wrong = error.code === "bad_credentials";
    const fields = wrong ? { [passwordField]: t("account.wrong_password") } : fieldWords(error);
    const message = Object.keys(fields).length > 0 ? null : wordsFor(error);
    store.update({ form: { busy: false, fields, message } });
    return false;
  }
}

/** A copy of everything, as a file. It may take long to make; what goes wrong is said where it was asked for. @param {Context} context */
export async function exportAccount({ store, api }) {
  if (store.state.account.copy.busy) return;
  /** @param {import("../store.js").Copy} copy */
  const show = (copy) => store.update({ account: { ...store.state.account, copy } });
  show({ busy: true, fault: null });
  try {
    const blob = await api.blob("/users/me/export");
    if (blob !== null) saveBlob(blob, `webchat-${store.state.user?.username}.json`);
    show({ busy: false, fault: null });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    show({ busy: false, fault: wordsFor(error) });
  }
}

/** @param {Blob} blob @param {string} name */
function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  saveAs(url, name);
  setTimeout(() => URL.revokeObjectURL(url), SAVED_WITHIN_MS);
}

/** Matching starts anew with this person. @param {Context} context */
export async function forgetLearned({ api, turns, dispatch }) {
  await turns.write("learned", () => api.request("DELETE", PATHS.learned));
  await dispatch("loadPart", "learned");
}

/** Takes a like or a block back. @param {Context} context @param {{part: "likes"|"blocks", id: string}} which */
export async function takeBack({ api, turns, dispatch }, { part, id }) {
  await turns.write(part, () => api.request("DELETE", `/users/${id}/${part === "likes" ? "like" : "block"}`));
  dispatch("tellTabs", part);
  await dispatch("loadPart", part);
}
