import { has, t } from "./language.js";

/**
 * What went wrong, in words for the person who has to do something about it.
 *
 * @typedef {object} Problem
 * @property {number} status 0 if the server was not reached
 * @property {string} code stable and machine-readable
 * @property {string} detail
 * @property {{field: string, code: string, detail: string, values?: string[]}[]} errors with the values of a list that it is about
 * @property {number|null} retryAfterS
 */

/** How long to wait where the server does not say. */
const RETRY_AFTER_S = 5;

/**
 * What the server says in English is for who reads its answers. Where there are no words for it here, it is told as unknown.
 * @param {Problem} problem
 * @returns {string}
 */
export function wordsFor(problem) {
  const count = problem.retryAfterS ?? RETRY_AFTER_S;
  if (problem.status === 429) return t("problem.too_fast", { count });
  if (problem.status === 503) return t("problem.busy", { count });
  const file = problem.errors.find(({ field }) => field === "file" || field === "attachment_ids");
  return t([`field.file_${file?.code}`, `problem.${problem.code}`].find(has) ?? "problem.unknown");
}

/** The files of a message that the server does not have any more. @param {Problem} problem @returns {string[]} */
export function goneOf(problem) {
  return problem.errors.flatMap(({ code, values = [] }) => (code === "unknown_file" ? values : []));
}

/** Codes that concern one field of a form even where the answer lists no fields. @type {Record<string, string>} */
const FIELD_OF_CODE = { username_taken: "username", too_young: "date_of_birth" };

/**
 * The words to show beside each field.
 * @param {Problem} problem
 * @returns {Record<string, string>}
 */
export function fieldWords(problem) {
  const fields = Object.fromEntries(problem.errors.map((fault) => [fault.field, faultWords(fault)]));
  const ofCode = FIELD_OF_CODE[problem.code];
  return ofCode && !fields[ofCode] ? { ...fields, [ofCode]: wordsFor(problem) } : fields;
}

/** @param {Problem["errors"][number]} fault */
function faultWords({ field, code }) {
  return t([`field.${field}_${code}`, `field.${code}`].find(has) ?? "field.unknown");
}
