/**
 * How this browser shows everything: the person's choice, kept here and not with the account.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { loadLanguage } from "../language-file.js";
import { chosenLanguage, chosenTheme, keepLanguage, keepTheme, wear } from "../preferences.js";

/** @param {Context} context @param {string|null} language null: whatever the browser says */
export async function chooseLanguage({ store }, language) {
  await loadLanguage(language);
  keepLanguage(language);
  store.update({ language });
}

/** @param {Context} context @param {string|null} theme null: as everything else on this device */
export function chooseTheme({ store }, theme) {
  keepTheme(theme);
  wear(theme);
  store.update({ theme });
}

/** Another tab of this browser has chosen. @param {Context} context */
export async function takeUpChoices({ store }) {
  const [language, theme] = [chosenLanguage(), chosenTheme()];
  if (theme !== store.state.theme) {
    wear(theme);
    store.update({ theme });
  }
  if (language === store.state.language) return;
  await loadLanguage(language);
  store.update({ language });
}
