import { t } from "./language.js";

/**
 * Somebody whom the server names.
 * @typedef {{display_name: string, deleted?: boolean}} Named
 */

/**
 * What a person is called. The server's own words for a deleted account are English.
 * @param {Named|null|undefined} person nobody: nothing is known of them yet
 */
export function nameOf(person) {
  if (!person) return t("app.someone");
  return person.deleted ? t("app.deleted_account") : person.display_name;
}

/** Whether one of these has deleted the account: then there is nobody to report, to block or to like. @param {Named[]} people */
export function isAnyDeleted(people) {
  return people.some(({ deleted }) => deleted === true);
}
