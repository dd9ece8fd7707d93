/**
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Profile} Profile
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { fieldWords, wordsFor } from "../models/problem.js";
import { missing, readAnew, tidied, withChanges } from "../models/profile.js";
import { idleForm } from "../store.js";
import { readNeeded } from "./reading.js";

/** @param {Context} context */
export async function loadProfile(context) {
  const { store, api } = context;
  const read = () => Promise.all([
    api.request("GET", "/users/me/profile"),
    store.state.profile.options ?? api.request("GET", "/profiles/options"),
  ]);
  await readNeeded(context, "profile", read, ([profile, options]) =>
    store.update({ profile: { ...store.state.profile, ...readAnew(store.state.profile, profile), options } }));
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
    store.update({ form: { busy: false, fields, message: t("profile.look") } });
    return;
  }
  if (await put(context, profile)) await dispatch("joinQueue");
}

/** Only what was changed here: another tab or device may have saved the rest. @param {Context} context @param {Profile} profile @returns {Promise<boolean>} whether it is saved */
async function put({ store, api, turns, dispatch }, profile) {
  if (store.state.form.busy) return false;
  const before = store.state.profile.profile;
  /** @type {Profile|null} */
  let fresh = null;
  store.update({
    form: { busy: true, fields: {}, message: null },
    profile: { ...store.state.profile, draft: profile, saved: false },
  });
  try {
    const saved = await turns.write("profile", async () => {
      const now = await api.request("GET", "/users/me/profile");
      fresh = now;
      return api.request("PUT", "/users/me/profile", tidied(withChanges(now, before ?? now, profile)));
    });
    const { draft } = store.state.profile;
    const wentOn = draft !== profile; // something was changed meanwhile
    const held = wentOn ? readAnew({ profile, draft }, saved) : { profile: saved, draft: null };
    store.update({ form: idleForm(), profile: { ...store.state.profile, ...held, saved: !wentOn } });
    dispatch("tellTabs", "profile");
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fields = fieldWords(error);
    const message = Object.keys(fields).length > 0 ? t("profile.look") : wordsFor(error);
    // What was refused is shown: beside what another tab has saved it may be too much.
    const held = fresh === null ? {} : readAnew(store.state.profile, fresh);
    store.update({ form: { busy: false, fields, message }, profile: { ...store.state.profile, ...held } });
    return false;
  }
}
