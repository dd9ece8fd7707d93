import { t } from "../../models/language.js";
import { html, nothing } from "../../../vendor/lit-html.js";

/**
 * One part of the account, with its heading, and what there is to say while it is not there.
 * @param {import("../../store.js").State} state
 * @param {import("../../store.js").AccountPart} name
 * @param {import("../../dispatch.js").Dispatch} dispatch
 * @param {() => unknown} body drawn when the part has been read
 */
export function part({ account }, name, dispatch, body) {
  const fault = account.faults[name];
  return html`
    <section class="card stack stack-close" aria-labelledby="part-${name}" data-testid="part-${name}">
      <header><h2 id="part-${name}">${t(`account.${name}`)}</h2>
        <p class="muted">${t(`account.${name}_words`)}</p></header>
      ${fault ? html`<p class="form-error" role="alert">${fault}
        <button class="link" type="button" @click=${() => dispatch("loadPart", name)}>${t("app.retry")}</button></p>` : nothing}
      ${account[name] === null ? fault ? nothing : html`<p class="muted" role="status">${t("app.loading")}</p>` : body()}
    </section>`;
}
