import { has, t } from "./language.js";

/**
 * What keeps a waiting person from meeting others, and how it is given up.
 *
 * @typedef {import("../types.js").Profile} Profile
 */

/** What each wish is in the profile, and what it is where there is none. @type {Record<string, Partial<Profile>>} */
const WITHOUT = {
  gender: { preferred_genders: [] },
  age: { age_min: null, age_max: null },
};

/**
 * Whether the person can give it up: some filters are not theirs.
 * @param {string} filter
 */
export function mayRelax(filter) {
  return Object.hasOwn(WITHOUT, filter);
}

/**
 * The profile without this wish, as the form's route takes it.
 * @param {Profile} profile
 * @param {string} filter
 * @returns {Profile}
 */
export function relaxed({ display_name, bio, interests, looking_for, languages, gender, preferred_genders, age_min, age_max }, filter) {
  return {
    display_name, bio, interests, looking_for, languages, gender, preferred_genders, age_min, age_max, ...WITHOUT[filter],
  };
}

/** @param {string} filter */
export function filterName(filter) {
  return has(`wait.filter_${filter}`) ? t(`wait.filter_${filter}`) : filter.replaceAll("_", " ");
}
