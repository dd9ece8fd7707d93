/**
 * A person's picture: chosen, cut to a square, sent.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../models/crop.js").Crop} Crop
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { middle, movedTo, resized } from "../models/crop.js";
import { wordsFor } from "../models/problem.js";

/** The picture that was chosen last: reading a large one may take longer than choosing another. @type {File|null} */
let chosen = null;

/** @param {Context} context @param {File|undefined} file */
export async function pickPicture(context, file) {
  if (file === undefined) return;
  const { user } = context.store.state;
  dropPicture(context);
  chosen = file;
  const picture = await sizeOf(file);
  if (chosen !== file || context.store.state.user?.id !== user?.id) return;
  context.store.update({
    avatarEdit: picture === null ? { cut: null, busy: false, fault: t("avatar.unreadable") }
      : { cut: { file, url: URL.createObjectURL(file), picture, crop: middle(picture) }, busy: false, fault: null },
  });
}

/** In pixels, as the browser reads it, upright as its camera held it. @param {File} file @returns {Promise<{width: number, height: number}|null>} null: it is no picture */
async function sizeOf(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return null;
  }
}

/** @param {Context} context @param {{x: number, y: number}} to */
export function moveCrop(context, to) {
  changeCrop(context, ({ crop, picture }) => movedTo(crop, picture, to));
}

/** @param {Context} context @param {number} size */
export function resizeCrop(context, size) {
  changeCrop(context, ({ crop, picture }) => resized(crop, picture, size));
}

/** @param {Context} context @param {(cut: import("../store.js").Cut) => Crop} change */
function changeCrop({ store }, change) {
  const edit = store.state.avatarEdit;
  if (edit?.cut) store.update({ avatarEdit: { ...edit, cut: { ...edit.cut, crop: change(edit.cut) } } });
}

/** @param {Context} context */
export function dropPicture({ store }) {
  chosen = null;
  const cut = store.state.avatarEdit?.cut;
  if (cut) URL.revokeObjectURL(cut.url);
  store.update({ avatarEdit: null });
}

/** @param {Context} context */
export async function sendPicture(context) {
  const { store, api, dispatch } = context;
  const edit = store.state.avatarEdit;
  if (!edit?.cut || edit.busy) return;
  store.update({ avatarEdit: { ...edit, busy: true, fault: null } });
  try {
    await api.request("PUT", "/users/me/avatar", formOf(edit.cut));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const now = store.state.avatarEdit; // the square may have been moved meanwhile
    if (now) store.update({ avatarEdit: { ...now, busy: false, fault: wordsFor(error) } });
    return;
  }
  dropPicture(context);
  await dispatch("loadPicture", store.state.user?.id);
}

/** Nobody sees it any more. @param {Context} context */
export async function removePicture(context) {
  const { user } = context.store.state;
  if (!user) return;
  await context.turns.write(`picture ${user.id}`, () => context.api.request("DELETE", "/users/me/avatar"));
  showPicture(context, user.id, null);
}

/** @param {import("../store.js").Cut} cut */
function formOf({ file, crop }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(crop)) form.append(name, String(value));
  form.append("file", file);
  return form;
}

/** The pictures of a list, one after the other; whoever has been asked for is not asked for again. @param {Context} context @param {(string|undefined)[]} userIds */
export async function loadPictures({ store, dispatch }, userIds) {
  const { user } = store.state;
  for (const userId of userIds) {
    if (store.state.user?.id !== user?.id) return;
    if (userId !== undefined && !(userId in store.state.pictures)) await dispatch("loadPicture", userId);
  }
}

/** Somebody's picture, as it is shown to this person; null where there is none. @param {Context} context @param {string|undefined} userId */
export async function loadPicture(context, userId) {
  const { api, turns } = context;
  if (userId === undefined) return;
  await turns.read(`picture ${userId}`, () => api.blob(`/users/${userId}/avatar`), (blob) => showPicture(context, userId, blob));
}

/** @param {Context} context @param {string} userId @param {Blob|null} blob */
function showPicture({ store }, userId, blob) {
  const { pictures } = store.state;
  const before = pictures[userId];
  if (before) URL.revokeObjectURL(before);
  store.update({ pictures: { ...pictures, [userId]: blob && URL.createObjectURL(blob) } });
}
