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
 * The filters of a ticket that are worth a line: those that leave somebody out, and the wishes of which that is withheld.
 * @param {import("../types.js").Ticket} ticket
 */
export function leavingOut({ filters }) {
  return (filters ?? []).filter(({ name, excluded, withheld }) => excluded > 0 || (withheld && mayRelax(name)));
}

/**
 * Whom a filter leaves out, in a sentence. Where few wait, nobody is counted.
 * @param {{name: string, excluded: number, withheld?: boolean}} filter
 */
export function leftOutWords({ name, excluded, withheld }) {
  const filter = filterName(name);
  return withheld ? t("wait.may_leave_out", { filter }) : t("wait.leaves_out", { filter, count: excluded });
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
