import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { check, exit, lock, meet } from "./icons.js";

/**
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../types.js").Status} Status
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 * @typedef {{name: string, answer: ReturnType<typeof import("../models/vote.js").progressOf>}} Asked the other one's name, and how an
 *   answer that was given is doing
 */

/**
 * What can be decided now: nothing yet, an early keep, or the question itself.
 * @param {Chat} chat
 * @param {Asked} asked
 * @param {Dispatch} dispatch
 */
export function decision(chat, asked, dispatch) {
  const { status } = chat;
  if (status === null) return nothing;
  if (status.state === "idle") return beforeStart(chat, asked.name, dispatch);
  if (status.state === "countdown") return early(chat, status, asked, dispatch);
  if (status.state === "notification") return question(chat, status, asked, dispatch);
  return nothing;
}

/** @param {Chat} chat @param {string} name @param {Dispatch} dispatch */
function beforeStart(chat, name, dispatch) {
  if (chat.room?.match) {
    return html`<p class="strip" role="status" data-testid="waiting-for-peer">${t("decision.waiting_for", { name })}</p>`;
  }
  return html`
    <div class="strip">
      <span>${t("decision.start_when")}</span>
      <button class="button button-small" type="button" data-testid="start-countdown" ?disabled=${chat.voteBusy}
        @click=${() => dispatch("startCountdown")}>${t("decision.start")}</button>
    </div>`;
}

/** @param {Chat} chat @param {Status} status @param {Asked} asked @param {Dispatch} dispatch */
function early(chat, status, { name, answer }, dispatch) {
  if (status.my_response !== null) return answered(status, name);
  return html`
    <div class="strip">
      <span>${t("decision.enjoying")}</span>
      <button class="button button-small" type="button" data-testid="keep" ?disabled=${isBusy(chat, answer)}
        @click=${() => dispatch("vote", "keep")}>${t("decision.keep")}</button>
    </div>
    ${unsaved(answer)}`;
}

/** @param {Chat} chat @param {Asked["answer"]} answer */
function isBusy({ voteBusy }, answer) {
  return voteBusy || answer === "sending";
}

/** Whoever has answered and is not heard yet learns it where they have answered. @param {Asked["answer"]} answer */
function unsaved(answer) {
  return answer !== "unsaved" ? nothing : html`<p class="form-error" role="alert" data-testid="answer-unsaved">${t("decision.unsaved")}</p>`;
}

/** @param {Status} status @param {string} name */
function answered({ my_response }, name) {
  return html`
    <p class="strip strip-answered" tabindex="-1" data-testid="answered" data-response=${my_response ?? nothing}>
      ${check}<span>${t(my_response === "keep" ? "decision.answered_keep" : "decision.answered_end", { name })}
      <span class="muted">${t("decision.only_you")}</span></span></p>`;
}

/** @param {Chat} chat @param {string} name @param {Dispatch} dispatch */
export function leaving({ leaveBusy }, name, dispatch) {
  return html`
    <section class="decision" aria-labelledby="leave-question" data-testid="leave-question">
      <h2 id="leave-question" tabindex="-1" data-takes-focus>${t("decision.leave_question", { name })}</h2>
      <div class="decision-buttons">
        <button class="button" type="button" data-testid="stay" ?disabled=${leaveBusy}
          @click=${() => dispatch("askLeave", false)}>${t("decision.stay")}</button>
        <button class="button button-danger" type="button" data-testid="confirm-leave" ?disabled=${leaveBusy}
          @click=${() => dispatch("leaveRoom")}>${leaveBusy ? t("app.moment") : t("decision.leave")}</button>
      </div>
    </section>`;
}

/** Each answer says what comes of it, so that neither is given by mistake. @param {Chat} chat @param {Status} status @param {Asked} asked @param {Dispatch} dispatch */
function question(chat, status, { name, answer }, dispatch) {
  if (status.my_response !== null) {
    return html`<section class="decision" data-testid="decision">${answered(status, name)}
      <p class="muted small">${t("decision.outcome_later")}</p></section>`;
  }
  const busy = isBusy(chat, answer);
  return html`
    <section class="decision decision-open" aria-labelledby="question" data-testid="decision">
      <h2 id="question">${t("decision.question", { name })}</h2>
      <div class="decision-buttons">
        <button class="button answer" type="button" data-testid="end" ?disabled=${busy}
          @click=${() => dispatch("vote", "end")}>${exit}<span><strong>${t("decision.end")}</strong>
            <span class="small">${t("decision.end_means")}</span></span></button>
        <button class="button button-primary answer" type="button" data-testid="keep" ?disabled=${busy}
          @click=${() => dispatch("vote", "keep")}>${meet}<span><strong>${t("decision.keep")}</strong>
            <span class="small">${t("decision.keep_means", { name })}</span></span></button>
      </div>
      ${unsaved(answer)}
      <div class="decision-foot">
        <p class="muted small">${lock} ${t("decision.private", { name })}</p>
        <button class="link" type="button" data-testid="more-time" ?disabled=${busy}
          @click=${() => dispatch("moreTime")}>${t("decision.more_time")}</button>
      </div>
    </section>`;
}
