/**
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Profile} Profile
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { fieldWords, wordsFor } from "../models/problem.js";
import { missing, tidied } from "../models/profile.js";
import { idleForm } from "../store.js";

/** @param {Context} context */
export async function loadProfile({ store, api }) {
  const [profile, options] = await Promise.all([
    api.request("GET", "/users/me/profile"),
    store.state.profile.options ?? api.request("GET", "/profiles/options"),
  ]);
  store.update({ profile: { ...store.state.profile, profile, options } });
}

/** What the form holds and the server does not have yet. @param {Context} context @param {Profile} draft */
export function editProfile({ store }, draft) {
  store.update({ profile: { ...store.state.profile, draft, saved: false } });
}

/** @param {Context} context @param {Profile} profile */
export async function saveProfile(context, profile) {
  await put(context, profile);
}

/** What was missing is there now: saves it, and looks for somebody. @param {Context} context @param {Profile} profile */
export async function startMeeting(context, profile) {
  const { store, dispatch } = context;
  const gaps = missing(profile);
  if (gaps.length > 0) {
    const fields = Object.fromEntries(gaps.map((field) => [field, t(`field.${field}_missing`)]));
    store.update({ form: { busy: false, fields, message: null } });
    return;
  }
  if (await put(context, profile)) await dispatch("joinQueue");
}

/** @param {Context} context @param {Profile} profile @returns {Promise<boolean>} whether it is saved */
async function put({ store, api }, profile) {
  if (store.state.form.busy) return false;
  store.update({
    form: { busy: true, fields: {}, message: null },
    profile: { ...store.state.profile, draft: profile, saved: false },
  });
  try {
    const saved = await api.request("PUT", "/users/me/profile", tidied(profile));
    store.update({ form: idleForm(), profile: { ...store.state.profile, profile: saved, draft: null, saved: true } });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fields = fieldWords(error);
    const message = Object.keys(fields).length > 0 ? t("profile.look") : wordsFor(error);
    store.update({ form: { busy: false, fields, message } });
    return false;
  }
}
