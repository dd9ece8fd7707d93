/**
 * @typedef {import("../dispatch.js").Context} Context
 */
import { chosenLanguage, keepLanguage, loadLanguage, wantedLanguage } from "../language-file.js";

/** The person chooses a language for this browser; null: whatever the browser says. @param {Context} context @param {string|null} language */
export async function chooseLanguage({ store }, language) {
  keepLanguage(language);
  await loadLanguage(wantedLanguage());
  store.update({ language: chosenLanguage() });
}
