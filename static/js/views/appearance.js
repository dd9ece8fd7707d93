import { LANGUAGES, t } from "../models/language.js";
import { html } from "../../vendor/lit-html.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** @param {Event} event */
const chosen = (event) => /** @type {HTMLSelectElement} */ (event.currentTarget).value || null;

/** Each language is named as its speakers name it. @param {State} state @param {Dispatch} dispatch */
export function languageChoice({ language }, dispatch) {
  return html`
    <div class="field choice">
      <label for="language">${t("account.language")}</label>
      <select id="language" data-testid="language" @change=${(/** @type {Event} */ event) => dispatch("chooseLanguage", chosen(event))}>
        <option value="" ?selected=${language === null}>${t("account.as_browser")}</option>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`
          <option value=${tag} lang=${tag} ?selected=${language === tag}>${name}</option>`)}
      </select>
    </div>`;
}

const THEMES = ["light", "dark"];

/** @param {State} state @param {Dispatch} dispatch */
export function themeChoice({ theme }, dispatch) {
  return html`
    <div class="field choice">
      <label for="theme">${t("account.theme")}</label>
      <select id="theme" data-testid="theme" @change=${(/** @type {Event} */ event) => dispatch("chooseTheme", chosen(event))}>
        <option value="" ?selected=${theme === null}>${t("account.as_system")}</option>
        ${THEMES.map((each) => html`<option value=${each} ?selected=${theme === each}>${t(`account.theme_${each}`)}</option>`)}
      </select>
    </div>`;
}
