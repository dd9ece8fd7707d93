import { has, t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";

/**
 * What became of the chat. It never tells who wanted what, and nobody is to blame.
 * @typedef {import("../types.js").Reason} Reason
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @param {import("../store.js").Chat} chat @param {string} name @param {Dispatch} dispatch */
export function outcome({ status, keptJustNow }, name, dispatch) {
  if (status?.state === "ended") return ended(status.reason, dispatch);
  if (status?.state !== "kept" || !keptJustNow) return nothing;
  return html`
    <section class="outcome outcome-kept" role="status" data-testid="outcome" data-outcome="kept">
      <h2>${t("outcome.kept_title")}</h2>
      <p>${t("outcome.kept", { name })}</p>
      <button class="button button-primary" type="button" data-testid="continue-chat"
        @click=${() => dispatch("dismissMoment")}>${t("outcome.go_on")}</button>
    </section>`;
}

/** @param {Reason|null} reason @param {Dispatch} dispatch */
function ended(reason, dispatch) {
  const words = `outcome.${reason}`;
  return html`
    <section class="outcome" role="status" data-testid="outcome" data-outcome="ended" data-reason=${reason ?? nothing}>
      <h2>${t(reason === "no_show" ? "outcome.no_show_title" : "outcome.ended_title")}</h2>
      <p class="muted">${t(has(words) ? words : "outcome.left")}</p>
      <div class="actions actions-centre">
        <a class="button button-primary" href="#/wait" data-testid="meet-again">${t("outcome.meet")}</a>
        <a class="button" href="#/conversations">${t("app.conversations")}</a>
      </div>
      <button class="link small" type="button" data-testid="report-or-block" @click=${() => dispatch("openPeer")}>${t("outcome.safety")}</button>
    </section>`;
}
