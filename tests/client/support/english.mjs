/** Models put things into words: what is spoken in their tests is English. */
import { readFileSync } from "node:fs";
import { speak } from "../../../static/js/models/language.js";

/** The words of a language, as its file has them. @param {string} language */
export function tableOf(language) {
  return JSON.parse(readFileSync(new URL(`../../../static/locales/${language}.json`, import.meta.url), "utf8"));
}

speak("en", tableOf("en"));
