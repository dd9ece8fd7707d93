import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { describedBy, notes } from "./field.js";
import { roving } from "./roving.js";

/** As between radio buttons. */
const { walk, rove } = roving("input");

/**
 * Choices as chips. Several may be chosen, or one of them. They are one stop for Tab; the arrow keys go from chip to chip.
 * @param {object} group
 * @param {string} group.name
 * @param {string} group.legend
 * @param {string} [group.hint]
 * @param {string[]} group.options
 * @param {string[]} group.chosen
 * @param {(value: string) => string} group.label
 * @param {boolean} [group.single]
 * @param {boolean} [group.required]
 * @param {number} [group.most]
 * @param {string} [group.error]
 */
export function chips({ name, legend, hint, options, chosen, label, single = false, required = false, most, error }) {
  const first = Math.max(0, options.findIndex((option) => chosen.includes(option)));
  return html`
    <fieldset class="field" aria-describedby=${describedBy(name, hint, error)}>
      <legend>${legend}${required ? nothing : html` <span class="optional">${t("app.optional")}</span>`}
        ${most === undefined ? nothing : html`<span class="optional" data-testid="${name}-count">
          ${t("profile.chosen", { count: chosen.length, most })}</span>`}</legend>
      ${notes(name, hint, error)}
      <span class="visually-hidden" id="${name}-keys">${single ? t("profile.keys_one") : t("profile.keys")}</span>
      <div class="chips" data-testid=${name} @keydown=${single ? nothing : walk} @focusin=${single ? nothing : rove}>
        ${options.map((option, index) => html`
          <label class="chip">
            <input type=${single ? "radio" : "checkbox"} name=${name} value=${option} .checked=${chosen.includes(option)}
              tabindex=${single || index === first ? nothing : "-1"} aria-invalid=${error && index === first ? "true" : nothing}
              aria-describedby=${error ? `${name}-error ${name}-keys` : `${name}-keys`}>
            <span>${label(option)}</span>
          </label>`)}
      </div>
    </fieldset>`;
}
