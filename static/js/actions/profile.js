/**
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { fieldWords, wordsFor } from "../models/problem.js";
import { isComplete } from "../models/profile.js";
import { idleForm } from "../store.js";

/** @param {Context} context */
export async function loadProfile({ store, api }) {
  const [profile, options] = await Promise.all([
    api.request("GET", "/users/me/profile"),
    store.state.profile.options ?? api.request("GET", "/profiles/options"),
  ]);
  store.update({ profile: { ...store.state.profile, profile, options } });
}

/** @param {Context} context @param {import("../types.js").Profile} profile */
export async function saveProfile({ store, api }, profile) {
  if (store.state.form.busy) return;
  const { wanted } = store.state.profile;
  store.update({ form: { busy: true, fields: {}, message: null }, profile: { ...store.state.profile, saved: false } });
  try {
    const saved = (await api.request("PUT", "/users/me/profile", profile)) ?? profile;
    const complete = isComplete(saved);
    store.update({
      form: idleForm(),
      profile: { ...store.state.profile, profile: saved, saved: true, wanted: wanted && !complete },
    });
    if (wanted && complete) location.hash = "#/wait";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const fields = fieldWords(error);
    const message = Object.keys(fields).length > 0 ? "Please look at the marked fields." : wordsFor(error);
    store.update({ form: { busy: false, fields, message } });
  }
}
