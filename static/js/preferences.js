/**
 * What a person has chosen for this browser, signed in or not.
 */
import { LANGUAGES } from "./models/language.js";
import { siteData } from "./site-data.js";

const LANGUAGE = "webchat.language";
const THEME = "webchat.theme";
const SIGNED_IN = "webchat.signed-in";

/** What the person has chosen; null: whatever the browser says. */
export function chosenLanguage() {
  return oneOf(Object.keys(LANGUAGES), siteData.read(LANGUAGE));
}

/** Light or dark; null: as everything else on this device. */
export function chosenTheme() {
  return oneOf(["light", "dark"], siteData.read(THEME));
}

/** Whether somebody was signed in when this browser was here last: what the server will say is not known yet. */
export function wasSignedIn() {
  return siteData.read(SIGNED_IN) !== null;
}

/** @param {boolean} isIn */
export function keepSignedIn(isIn) {
  siteData.keep(SIGNED_IN, isIn ? "yes" : null);
}

/** Something else may be there from another release. @param {string[]} known @param {string|null} value */
function oneOf(known, value) {
  return value !== null && known.includes(value) ? value : null;
}

/** @param {string|null} language */
export function keepLanguage(language) {
  siteData.keep(LANGUAGE, language);
}

/** @param {string|null} theme */
export function keepTheme(theme) {
  siteData.keep(THEME, theme);
}

/** Dresses the page. @param {string|null} theme */
export function wear(theme) {
  const { dataset } = document.documentElement;
  if (theme === null) delete dataset.theme;
  else dataset.theme = theme;
}
