import { has, languageName, t } from "./language.js";

/**
 * @typedef {import("../types.js").Profile} Profile
 */

/** @returns {Profile} */
export function emptyProfile() {
  return {
    display_name: null, bio: null, interests: [], looking_for: [], languages: [],
    gender: null, preferred_genders: [], age_min: null, age_max: null,
  };
}

/**
 * Enough to be matched: a display name, a gender and one interest.
 * @param {Profile|null} profile
 */
export function isComplete(profile) {
  return Boolean(profile?.display_name && profile.gender && profile.interests.length > 0);
}

/**
 * Reads the profile's form.
 * @param {FormData} form
 * @returns {Profile}
 */
export function profileFromForm(form) {
  /** @param {string} name */
  const text = (name) => String(form.get(name) ?? "").trim();
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
