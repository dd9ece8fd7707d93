import { has, t } from "../models/language.js";
import { isAnyDeleted } from "../models/person.js";
import { html, nothing } from "../../vendor/lit-html.js";

/**
 * What became of the chat. It never tells who wanted what, and nobody is to blame.
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/**
 * What became of it, as a heading and a sentence; null: it goes on.
 * @param {import("../store.js").Chat} chat
 * @param {string} name
 */
export function outcomeWords({ status, keptJustNow }, name) {
  if (status?.state === "ended") {
    const words = `outcome.${status.reason}`;
    return [t(status.reason === "no_show" ? "outcome.no_show_title" : "outcome.ended_title"), t(has(words) ? words : "outcome.left")];
  }
  if (status?.state !== "kept" || !keptJustNow) return null;
  return [t("outcome.kept_title"), t("outcome.kept", { name })];
}

/** @param {import("../store.js").Chat} chat @param {string} name @param {Dispatch} dispatch */
export function outcome(chat, name, dispatch) {
  const words = outcomeWords(chat, name);
  if (words === null) return nothing;
  return chat.status?.state === "ended" ? ended(words, chat, dispatch) : kept(words, dispatch);
}

/** @param {string[]} words @param {Dispatch} dispatch */
function kept([title, words], dispatch) {
  return html`
    <section class="outcome outcome-kept" data-testid="outcome" data-outcome="kept">
      <h2>${title}</h2>
      <p>${words}</p>
      <button class="button button-primary" type="button" data-testid="continue-chat"
        @click=${() => dispatch("dismissMoment")}>${t("outcome.go_on")}</button>
    </section>`;
}

/** @param {string[]} words @param {import("../store.js").Chat} chat @param {Dispatch} dispatch */
function ended([title, words], { status, members, voteLate }, dispatch) {
  return html`
    <section class="outcome" data-testid="outcome" data-outcome="ended" data-reason=${status?.reason ?? nothing}>
      <h2>${title}</h2>
      <p class="muted">${words}</p>
      ${voteLate ? html`<p class="small" data-testid="answer-late">${t("outcome.late")}</p>` : nothing}
      <div class="actions actions-centre">
        <a class="button button-primary" href="#/wait" data-testid="meet-again">${t("outcome.meet")}</a>
        <a class="button" href="#/conversations">${t("app.conversations")}</a>
      </div>
      ${isAnyDeleted(members) ? nothing : html`
        <button class="link small" type="button" data-testid="report-or-block" @click=${() => dispatch("openPeer")}>${t("outcome.safety")}</button>`}
    </section>`;
}

/** What was being written when the room ended. @param {string} roomId @param {import("../models/draft.js").Draft} draft @param {Dispatch} dispatch */
export function leftOver(roomId, { text }, dispatch) {
  if (text.trim() === "") return nothing;
  return html`
    <section class="left-over" aria-labelledby="left-over" data-testid="left-over">
      <p class="small left-over-title" id="left-over">${t("outcome.not_sent")}</p>
      <p class="left-over-words" dir="auto" data-testid="left-over-words">${text}</p>
      <div class="actions">
        ${navigator.clipboard ? html`
          <button class="button button-small" type="button" data-testid="copy-left-over" @click=${() => dispatch("copyText", text)}>${t("outcome.copy")}</button>` : nothing}
        <button class="button button-small button-quiet" type="button" data-testid="put-away"
          @click=${() => dispatch("dropDraft", roomId)}>${t("outcome.put_away")}</button>
      </div>
    </section>`;
}
