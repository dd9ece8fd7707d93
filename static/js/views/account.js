import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { alerts } from "./account/alerts.js";
import { devices } from "./account/devices.js";
import { end } from "./account/end.js";
import { learned } from "./account/learned.js";
import { password } from "./account/password.js";
import { people } from "./account/people.js";
import { languageChoice, themeChoice } from "./appearance.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** Everything about the account that is not the profile. @param {State} state @param {Dispatch} dispatch */
export function account(state, dispatch) {
  return html`
    <main class="page page-form account" id="main" data-testid="account">
      <header class="page-head">
        <h1 tabindex="-1">${t("account.heading")}</h1>
        <button class="button" type="button" data-testid="logout" @click=${() => dispatch("askLogout")}>${t("account.logout")}</button>
      </header>
      ${state.account.leaving ? leaving(dispatch) : nothing}
      <section class="card stack" aria-labelledby="display">
        <h2 id="display">${t("account.display")}</h2>
        <div class="choices">${languageChoice(state, dispatch)}${themeChoice(state, dispatch)}</div>
      </section>
      ${alerts(state, dispatch)}
      ${learned(state, dispatch)}
      ${people(state, "likes", dispatch)}
      ${people(state, "blocks", dispatch)}
      ${devices(state, dispatch)}
      ${password(state, dispatch)}
      ${end(state, dispatch)}
    </main>`;
}

/** What is not sent would be lost. @param {Dispatch} dispatch */
function leaving(dispatch) {
  return html`
    <section class="card stack stack-close danger" aria-labelledby="logout-question" data-testid="logout-question">
      <h2 id="logout-question" tabindex="-1" data-takes-focus>${t("account.logout_question")}</h2>
      <p>${t("account.logout_words")}</p>
      <div class="actions">
        <button class="button" type="button" data-testid="stay-in" @click=${() => dispatch("stay")}>${t("account.stay")}</button>
        <button class="button button-danger" type="button" data-testid="confirm-logout"
          @click=${() => dispatch("logout")}>${t("account.logout")}</button>
      </div>
    </section>`;
}
