import { t } from "../models/language.js";
import { html } from "../../vendor/lit-html.js";
import { languageChoice } from "./appearance.js";
import { demo } from "./demo.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** The first page: what this is in one sentence and one picture, and the two ways in. @param {State} state @param {Dispatch} dispatch */
export function landing(state, dispatch) {
  return html`
    <main class="page landing" id="main">
      <div class="landing-words">
        <h1 tabindex="-1">${t("landing.heading")}</h1>
        <p class="lead">${t("landing.lead")}</p>
        <div class="actions">
          <a class="button button-primary" href="#/signup" data-testid="go-signup">${t("landing.signup")}</a>
          <a class="button" href="#/login" data-testid="go-login">${t("landing.login")}</a>
        </div>
        <ul class="promises">
          <li>${t("landing.attention")}</li>
          <li>${t("landing.both")}</li>
          <li>${t("landing.private")}</li>
        </ul>
        ${languageChoice(state, dispatch)}
      </div>
      ${demo()}
    </main>`;
}
