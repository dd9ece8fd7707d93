/**
 * Where the words of a language come from.
 */
import { bestLanguage, speak } from "./models/language.js";
import { chosenLanguage } from "./preferences.js";

const AGAIN_MS = 2_000;
const ANSWER_WITHIN_MS = 15_000;

/** Reads a language's words, and speaks it from then on. @param {string|null} chosen null: whatever the browser says */
export async function loadLanguage(chosen) {
  const language = chosen ?? bestLanguage(navigator.languages);
  const response = await fetch(`/locales/${language}.json`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!response.ok) throw new Error(`no words for ${language}: ${response.status}`);
  speak(language, await response.json(), regionOf(language));
  document.documentElement.lang = language;
}

/** Without words there is nothing to show: tries until they are here. */
export async function firstLanguage() {
  for (;;) {
    try {
      return await loadLanguage(chosenLanguage());
    } catch (error) {
      console.error("the words of the page cannot be read", error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** What the browser calls this language, with its region: British times are not American ones. @param {string} language */
function regionOf(language) {
  return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}
