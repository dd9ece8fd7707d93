import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";

/**
 * A labelled input with its hint and its error beside it.
 * @param {object} field
 * @param {string} field.name also its id
 * @param {string} field.label
 * @param {string} [field.type]
 * @param {string} [field.value]
 * @param {string} [field.hint]
 * @param {string} [field.autocomplete]
 * @param {boolean} [field.required]
 * @param {boolean} [field.sayOptional]
 * @param {string} [field.min]
 * @param {string} [field.max]
 * @param {number} [field.maxlength]
 * @param {string} [field.error]
 */
export function textField({ name, label, type = "text", value = "", hint, autocomplete, required = false,
  sayOptional = !required, min, max, maxlength, error }) {
  return html`
    <div class="field">
      <label for=${name}>${label}${sayOptional ? html` <span class="optional">${t("app.optional")}</span>` : nothing}</label>
      <input id=${name} name=${name} type=${type} dir=${type === "text" ? "auto" : nothing} .value=${value} ?required=${required}
        autocomplete=${autocomplete ?? "off"} autocapitalize=${type === "text" && name === "username" ? "none" : nothing}
        spellcheck=${name === "username" ? "false" : nothing}
        min=${min ?? nothing} max=${max ?? nothing} maxlength=${maxlength ?? nothing}
        aria-invalid=${error ? "true" : nothing} aria-describedby=${describedBy(name, hint, error)}>
      ${notes(name, hint, error)}
    </div>`;
}

/** @param {string} name @param {string} [hint] @param {string} [error] */
export function describedBy(name, hint, error) {
  const ids = [error && `${name}-error`, hint && `${name}-hint`].filter(Boolean).join(" ");
  return ids || nothing;
}

/** @param {string} name @param {string} [hint] @param {string} [error] */
export function notes(name, hint, error) {
  return html`
    ${error ? html`<p class="field-error" id="${name}-error" data-testid="${name}-error">${error}</p>` : nothing}
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}`;
}

/** What a form has to say as a whole. @param {string|null} message */
export function formMessage(message) {
  return message === null ? nothing : html`<p class="form-error" role="alert" data-testid="form-error">${message}</p>`;
}

/**
 * The fields of a submitted form as text.
 * @param {SubmitEvent} event
 * @returns {Record<string, string>}
 */
export function textsOf(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
}
