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

/**
 * Those who are known, called as was heard of them last; what else is known of them stays.
 * @template {Named & {id: string}} T
 * @param {T[]} known
 * @param {(Named & {id: string})[]} heard
 * @returns {T[]} the same where nobody is called anything else
 */
export function calledAnew(known, heard) {
  const news = new Map(heard.map(({ id, display_name, deleted = false }) => [id, { display_name, deleted }]));
  const isNew = (/** @type {T} */ { id, display_name, deleted = false }) => {
    const now = news.get(id);
    return now !== undefined && (now.display_name !== display_name || now.deleted !== deleted);
  };
  return known.some(isNew) ? known.map((person) => (isNew(person) ? { ...person, ...news.get(person.id) } : person)) : known;
}
