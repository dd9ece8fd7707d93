import { noticesStand } from "../../models/alerts.js";
import { t } from "../../models/language.js";
import { html, nothing } from "../../../vendor/lit-html.js";

/** How this browser calls the person back, which is offered once in a conversation and changed here. @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
export function alerts({ alerts: chosen, permission }, dispatch) {
  const notices = noticesStand(chosen, permission);
  /** @param {Event} event */
  const sound = (event) => dispatch("chooseAlerts", { sound: /** @type {HTMLInputElement} */ (event.currentTarget).checked });
  /** The browser may say no, and then it is not chosen. @param {Event} event */
  const notify = (event) => {
    const box = /** @type {HTMLInputElement} */ (event.currentTarget);
    dispatch("chooseNotices", box.checked);
    box.checked = notices === "on";
  };
  return html`
    <section class="card stack stack-close" aria-labelledby="alerts-heading" data-testid="alerts">
      <header><h2 id="alerts-heading">${t("notify.heading")}</h2><p class="muted">${t("notify.words")}</p></header>
      <div class="chips">
        <label class="chip"><input type="checkbox" data-testid="alert-sound" .checked=${chosen.sound} @change=${sound}>
          <span>${t("notify.sound")}</span></label>
        ${notices === "missing" || notices === "denied" ? nothing : html`
          <label class="chip"><input type="checkbox" data-testid="alert-notices" .checked=${notices === "on"} @change=${notify}>
            <span>${t("notify.notices")}</span></label>`}
      </div>
      <div role="status">${notices === "missing" || notices === "denied" ? html`
        <p class="form-note" data-testid="no-notices" data-why=${notices}>${t(`notify.${notices}`)}</p>` : nothing}</div>
    </section>`;
}
