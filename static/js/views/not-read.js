import { t } from "../models/language.js";
import { html } from "../../vendor/lit-html.js";

/**
 * In the place of what could not be read: why, and the way to ask again.
 * @param {string} fault
 * @param {boolean} retrying
 * @param {import("../dispatch.js").Dispatch} dispatch
 * @param {boolean} [isPart] of a screen that has its own heading
 */
export function notRead(fault, retrying, dispatch, isPart = false) {
  const heading = t("chat.failed_title");
  return html`
    <div class="stack stack-close centred" data-testid="not-read">
      ${isPart ? html`<h2>${heading}</h2>` : html`<h1 tabindex="-1">${heading}</h1>`}
      <p class="muted" role="status">${fault} ${t("app.keeps_trying")}</p>
      <div class="actions actions-centre">
        <button class="button button-primary" type="button" data-testid="retry-screen" ?disabled=${retrying}
          @click=${() => dispatch("loadScreen")}>${retrying ? t("app.moment") : t("app.retry")}</button>
      </div>
    </div>`;
}
