import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";

/** What is said to the person for some seconds. @param {import("../store.js").State} state @param {import("../dispatch.js").Dispatch} dispatch */
export function noticeBar({ notice }, dispatch) {
  return html`
    <div role="alert">${notice === null ? nothing : html`
      <p class="notice" data-testid="notice">${notice.text}
        <button class="link" type="button" @click=${() => dispatch("dismissNotice")}>${t("app.close")}</button></p>`}</div>`;
}
