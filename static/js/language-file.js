/**
 * Which language a person wants, and where its words come from.
 */
import { bestLanguage, LANGUAGES, speak } from "./models/language.js";

const CHOICE = "webchat.language";
const AGAIN_MS = 2_000;

/** What the person has chosen; null: whatever the browser says. */
export function chosenLanguage() {
  const chosen = localStorage.getItem(CHOICE);
  return chosen !== null && Object.hasOwn(LANGUAGES, chosen) ? chosen : null;
}

/** @param {string|null} language null: whatever the browser says */
export function keepLanguage(language) {
  if (language === null) localStorage.removeItem(CHOICE);
  else localStorage.setItem(CHOICE, language);
}

export function wantedLanguage() {
  return chosenLanguage() ?? bestLanguage(navigator.languages);
}

/** Reads a language's words, and speaks it from then on. @param {string} language */
export async function loadLanguage(language) {
  const response = await fetch(`/locales/${language}.json`);
  if (!response.ok) throw new Error(`no words for ${language}: ${response.status}`);
  speak(language, await response.json());
  document.documentElement.lang = language;
}

/** Without words there is nothing to show: tries until they are here. */
export async function firstLanguage() {
  for (;;) {
    try {
      return await loadLanguage(wantedLanguage());
    } catch (error) {
      console.error("the words of the page cannot be read", error);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
