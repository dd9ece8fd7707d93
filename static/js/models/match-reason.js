import { formatList, has, t } from "./language.js";
import { languageLabel, optionLabel } from "./profile.js";

/** Of these, how the texts were compared is part of the sentence. */
const COMPARED = ["alike_interests", "alike_bios"];

/**
 * Why two people were brought together, in the person's language. A reason that is newer than this client is shown in the
 * server's words.
 * @param {import("../types.js").MatchReason} reason
 * @returns {string}
 */
export function reasonWords({ code, values, text }) {
  const key = COMPARED.includes(code) ? `reason.${code}_${values[0]}` : `reason.${code}`;
  if (!has(key)) return text.replace(/\.$/, ""); // it stands alone: no sentence among others
  const label = code === "shared_languages" ? languageLabel : optionLabel;
  return t(key, { list: formatList(values.map((value) => label(value))) });
}

/**
 * The reasons that are said: where interests are shared, nobody has to hear that they are alike as well.
 * @param {import("../types.js").MatchReason[]} reasons
 */
export function saidReasons(reasons) {
  const areShared = reasons.some(({ code }) => code === "shared_interests");
  return reasons.filter(({ code }) => !areShared || code !== "alike_interests");
}

/**
 * The first question, in the person's language; in the server's words where it is about something newer than this client.
 * @param {import("../types.js").Match} match
 * @returns {string|null} null: there is none
 */
export function icebreakerWords({ icebreaker, icebreaker_topic }) {
  const key = `icebreaker.${icebreaker_topic}`;
  return icebreaker !== null && has(key) ? t(key) : icebreaker;
}
