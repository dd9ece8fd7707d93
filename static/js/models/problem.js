/**
 * What went wrong, in words for the person who has to do something about it.
 *
 * @typedef {object} Problem
 * @property {number} status 0 if the server was not reached
 * @property {string} code stable and machine-readable
 * @property {string} detail
 * @property {{field: string, code: string, detail: string}[]} errors
 * @property {number|null} retryAfterS
 */

/** @type {Record<string, string>} */
const WORDS = {
  unreachable: "The server cannot be reached. Check your connection and try again.",
  bad_credentials: "That username and password do not belong together.",
  username_taken: "This username is taken. Please choose another one.",
  too_young: "You are too young to use WebChat.",
  invalid_date: "Please give your full date of birth.",
  room_ended: "This chat has ended.",
  room_kept: "This chat is already kept.",
  room_not_found: "There is no such conversation.",
  already_voted: "You have already answered.",
  extension_limit: "There is no more time to be had.",
  not_in_notification: "More time can only be asked for while the question is open.",
  countdown_not_started: "The countdown has not started yet.",
};

/**
 * @param {Problem} problem
 * @returns {string}
 */
export function wordsFor(problem) {
  if (problem.status === 429) return `That was a little fast. Please wait ${waitFor(problem)} and try again.`;
  if (problem.status === 503) return `The service is busy. Please try again in ${waitFor(problem)}.`;
  return WORDS[problem.code] ?? (problem.detail || "Something went wrong. Please try again.");
}

/** @param {Problem} problem */
function waitFor(problem) {
  const seconds = problem.retryAfterS ?? 5;
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}

/** Codes that concern one field of a form even where the answer lists no fields. @type {Record<string, string>} */
const FIELD_OF_CODE = { username_taken: "username", too_young: "date_of_birth" };

/**
 * The words to show beside each field.
 * @param {Problem} problem
 * @returns {Record<string, string>}
 */
export function fieldWords(problem) {
  const fields = Object.fromEntries(problem.errors.map(({ field, code, detail }) => [field, WORDS[code] ?? (detail || code)]));
  const ofCode = FIELD_OF_CODE[problem.code];
  return ofCode && !fields[ofCode] ? { ...fields, [ofCode]: wordsFor(problem) } : fields;
}
