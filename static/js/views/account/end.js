import { t } from "../../models/language.js";
import { html, nothing } from "../../../vendor/lit-html.js";
import { formMessage, textField, textsOf } from "../field.js";

/** A copy of everything, and the end of it all. @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
export function end(state, dispatch) {
  const { copy, deleting } = state.account;
  return html`
    <section class="card stack stack-close" aria-labelledby="data-heading" aria-busy=${String(copy.busy)} data-testid="data">
      <header><h2 id="data-heading">${t("account.data")}</h2>
        <p class="muted">${t("account.data_words")}</p></header>
      <div class="actions">
        <button class="button" type="button" data-testid="export" ?disabled=${copy.busy}
          @click=${() => dispatch("exportAccount")}>${t(copy.busy ? "account.exporting" : "account.export")}</button>
        ${deleting ? "" : html`<button class="button button-danger" type="button" data-testid="ask-deletion"
          @click=${() => dispatch("askDeletion", true)}>${t("account.delete")}</button>`}
      </div>
      ${copy.fault === null ? nothing : html`<p class="form-error" role="alert" data-testid="export-fault">${copy.fault}
        <button class="link" type="button" @click=${() => dispatch("exportAccount")}>${t("app.retry")}</button></p>`}
      ${deleting ? question(state, dispatch) : ""}
    </section>`;
}

/** @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
function question({ form: { fields, busy, message } }, dispatch) {
  return html`
    <form class="stack stack-close danger" data-testid="deletion-form" novalidate aria-labelledby="deletion-question"
      @submit=${(/** @type {SubmitEvent} */ event) => dispatch("deleteAccount", textsOf(event))}>
      <h3 id="deletion-question" tabindex="-1" data-takes-focus>${t("account.delete_question")}</h3>
      <p>${t("account.delete_words")}</p>
      ${textField({ name: "password", label: t("signup.password"), type: "password", required: true,
        autocomplete: "current-password", error: fields.password })}
      ${formMessage(message)}
      <div class="actions">
        <button class="button" type="button" data-testid="keep-account" @click=${() => dispatch("askDeletion", false)}>
          ${t("account.keep")}</button>
        <button class="button button-danger" type="submit" data-testid="confirm-deletion" ?disabled=${busy}>
          ${t("account.delete_now")}</button>
      </div>
    </form>`;
}
