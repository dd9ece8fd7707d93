import { has, languageName, t } from "./language.js";

/**
 * @typedef {import("../types.js").Profile} Profile
 */

/** The most interests that a profile may name. */
export const INTERESTS_MAX = 10;

/** @returns {Profile} */
export function emptyProfile() {
  return {
    display_name: null, bio: null, interests: [], looking_for: [], languages: [],
    gender: null, preferred_genders: [], age_min: null, age_max: null,
  };
}

/**
 * What has to be there before anybody can be met: a display name, a gender and one interest.
 * @param {Profile} profile
 * @returns {("display_name"|"gender"|"interests")[]} what of it is not there
 */
export function missing(profile) {
  /** @type {["display_name"|"gender"|"interests", boolean][]} */
  const needed = [
    ["display_name", Boolean(profile.display_name?.trim())],
    ["gender", Boolean(profile.gender)],
    ["interests", profile.interests.length > 0],
  ];
  return needed.filter(([, isThere]) => !isThere).map(([field]) => field);
}

/**
 * What would make better matches and is not there. Nobody has to.
 * @param {Profile} profile
 */
export function wouldHelp(profile) {
  /** @type {[string, boolean][]} */
  const wished = [
    ["languages", profile.languages.length > 0],
    ["looking_for", profile.looking_for.length > 0],
    ["bio", Boolean(profile.bio?.trim())],
  ];
  return wished.filter(([, isThere]) => !isThere).map(([field]) => field);
}

/**
 * Reads the profile's form, as it stands.
 * @param {FormData} form
 * @returns {Profile}
 */
export function profileFromForm(form) {
  /** @param {string} name */
  const text = (name) => String(form.get(name) ?? "");
  /** @param {string} name */
  const number = (name) => (text(name) === "" ? null : Number(text(name)));
  /** @param {string} name */
  const many = (name) => form.getAll(name).map(String);
  return {
    display_name: text("display_name"),
    bio: text("bio"),
    interests: many("interests"),
    looking_for: many("looking_for"),
    languages: many("languages"),
    gender: text("gender") || null,
    preferred_genders: many("preferred_genders"),
    age_min: number("age_min"),
    age_max: number("age_max"),
  };
}

/**
 * The profile with the answers of a form that asks for some of it only: all else is as it was typed before.
 * @param {Profile} profile
 * @param {ReturnType<typeof missing>} asked
 * @param {FormData} form
 * @returns {Profile}
 */
export function withAnswers(profile, asked, form) {
  const { display_name, gender, interests } = profileFromForm(form);
  const answers = { display_name, gender, interests };
  return { ...profile, ...Object.fromEntries(asked.map((field) => [field, answers[field]])) };
}

/** What a form of the profile asks for. */
const FIELDS = /** @type {(keyof Profile)[]} */ (Object.keys(emptyProfile()));

/**
 * What was changed in a form, put onto the profile as it is now: it may have been changed elsewhere meanwhile. Of a list, what was
 * chosen and what was taken back.
 * @param {Profile} fresh as the server has it
 * @param {Profile} before what the form began with
 * @param {Profile} form
 * @returns {Profile}
 */
export function withChanges(fresh, before, form) {
  const fields = FIELDS.map((field) => [field, changed(fresh[field], before[field], form[field])]);
  return /** @type {Profile} */ (Object.fromEntries(fields));
}

/**
 * @template {Profile[keyof Profile]} Value
 * @param {Value} fresh
 * @param {Value} before
 * @param {Value} now
 */
function changed(fresh, before, now) {
  if (Array.isArray(fresh) && Array.isArray(before) && Array.isArray(now)) {
    const stays = fresh.filter((value) => now.includes(value) || !before.includes(value));
    return [...stays, ...now.filter((value) => !before.includes(value) && !fresh.includes(value))];
  }
  return (before ?? "") === (now ?? "") ? fresh : now; // an empty field of a form is one that the server has no value for
}

/**
 * What a screen holds of the profile once it is read anew: what is typed and not saved stays, all else is as it was read.
 * @param {{profile: Profile|null, draft: Profile|null}} held
 * @param {Profile} fresh
 * @returns {{profile: Profile, draft: Profile|null}}
 */
export function readAnew({ profile: before, draft }, fresh) {
  return { profile: fresh, draft: draft === null || before === null ? draft : withChanges(fresh, before, draft) };
}

/** Without the white space around its words. @param {Profile} profile @returns {Profile} */
export function tidied(profile) {
  return { ...profile, display_name: profile.display_name?.trim() ?? "", bio: profile.bio?.trim() ?? "" };
}

/**
 * An option's value in words; one that is newer than this client is shown as its value: `board_games` is “Board games”.
 * @param {string} value
 */
export function optionLabel(value) {
  if (has(`option.${value}`)) return t(`option.${value}`);
  const words = value.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * A language's name for its code, or the value in words where it is no code.
 * @param {string} value
 */
export function languageLabel(value) {
  return /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(value) ? languageName(value) : optionLabel(value);
}
