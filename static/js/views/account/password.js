import { t } from "../../models/language.js";
import { html } from "../../../vendor/lit-html.js";
import { formMessage, textField, textsOf } from "../field.js";

/** @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
export function password({ form: { fields, busy, message }, account: { deleting } }, dispatch) {
  return html`
    <section class="card" aria-labelledby="password-heading">
      <form class="stack stack-close" data-testid="password-form" novalidate
        @input=${(/** @type {Event} */ { currentTarget }) => dispatch("typePassword", isBegun(/** @type {HTMLFormElement} */ (currentTarget)))}
        @submit=${(/** @type {SubmitEvent} */ event) => {
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        dispatch("changePassword", { form: textsOf(event), done: () => form.reset() });
      }}>
        <header><h2 id="password-heading">${t("account.password")}</h2>
          <p class="muted">${t("account.password_words")}</p></header>
        ${textField({ name: "current_password", label: t("account.current_password"), type: "password", required: true,
          autocomplete: "current-password", error: fields.current_password })}
        ${textField({ name: "new_password", label: t("account.new_password"), type: "password", required: true,
          autocomplete: "new-password", error: fields.new_password, hint: t("signup.password_hint") })}
        ${formMessage(deleting ? null : message)}
        <div class="actions"><button class="button" type="submit" data-testid="change-password" ?disabled=${busy}>
          ${t("account.change_password")}</button></div>
      </form>
    </section>`;
}

/** Whether the person has typed anything: what the browser has filled in costs nobody anything. @param {HTMLFormElement} form */
function isBegun(form) {
  return [...form.querySelectorAll("input")].some((input) => input.value !== "" && !input.matches(":autofill"));
}
