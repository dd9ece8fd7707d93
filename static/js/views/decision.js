import { html, nothing } from "../../vendor/lit-html.js";
import { check, lock } from "./icons.js";

/**
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../types.js").Status} Status
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/**
 * What can be decided now: nothing yet, an early keep, or the question itself.
 * @param {Chat} chat
 * @param {string} name
 * @param {Dispatch} dispatch
 */
export function decision(chat, name, dispatch) {
  const { status } = chat;
  if (status === null) return nothing;
  if (status.state === "idle") return beforeStart(chat, name, dispatch);
  if (status.state === "countdown") return early(chat, status, dispatch);
  if (status.state === "notification") return question(chat, status, name, dispatch);
  return nothing;
}

/** @param {Chat} chat @param {string} name @param {Dispatch} dispatch */
function beforeStart(chat, name, dispatch) {
  if (chat.room?.match) {
    return html`<p class="strip" role="status" data-testid="waiting-for-peer">Waiting for ${name} to arrive…</p>`;
  }
  return html`
    <div class="strip">
      <span>The five minutes start when you say so.</span>
      <button class="button button-small" type="button" data-testid="start-countdown" ?disabled=${chat.voteBusy}
        @click=${() => dispatch("startCountdown")}>Start now</button>
    </div>`;
}

/** @param {Chat} chat @param {Status} status @param {Dispatch} dispatch */
function early(chat, status, dispatch) {
  if (status.my_response !== null) return answered(status);
  return html`
    <div class="strip">
      <span>Enjoying this?</span>
      <button class="button button-small" type="button" data-testid="keep" ?disabled=${chat.voteBusy}
        @click=${() => dispatch("vote", "keep")}>Keep this chat</button>
    </div>`;
}

/** @param {Status} status */
function answered({ my_response }) {
  return html`
    <p class="strip strip-answered" role="status" data-testid="answered" data-response=${my_response ?? nothing}>
      ${check}<span>${my_response === "keep" ? "You would like to keep this chat." : "You would like to end this chat."}
      <span class="muted">Only you can see this.</span></span></p>`;
}

/** @param {string} name @param {Dispatch} dispatch */
export function leaving(name, dispatch) {
  return html`
    <section class="decision" aria-labelledby="leave-question" data-testid="leave-question">
      <h2 id="leave-question">End the chat with ${name} for good?</h2>
      <div class="decision-buttons">
        <button class="button" type="button" data-testid="stay" @click=${() => dispatch("askLeave", false)}>Stay</button>
        <button class="button button-danger" type="button" data-testid="confirm-leave"
          @click=${() => dispatch("leaveRoom")}>End chat</button>
      </div>
    </section>`;
}

/** @param {Chat} chat @param {Status} status @param {string} name @param {Dispatch} dispatch */
function question(chat, status, name, dispatch) {
  if (status.my_response !== null) {
    return html`<section class="decision" data-testid="decision">${answered(status)}
      <p class="muted small">The outcome is shown when the time is up.</p></section>`;
  }
  return html`
    <section class="decision" aria-labelledby="question" data-testid="decision">
      <h2 id="question">Time is up. Stay in touch with ${name}?</h2>
      <div class="decision-buttons">
        <button class="button" type="button" data-testid="end" ?disabled=${chat.voteBusy}
          @click=${() => dispatch("vote", "end")}>End here</button>
        <button class="button button-primary" type="button" data-testid="keep" ?disabled=${chat.voteBusy}
          @click=${() => dispatch("vote", "keep")}>Keep this chat</button>
      </div>
      <div class="decision-foot">
        <p class="muted small">${lock} Your answer is private.</p>
        <button class="link" type="button" data-testid="more-time" ?disabled=${chat.voteBusy}
          @click=${() => dispatch("moreTime")}>I need more time</button>
      </div>
    </section>`;
}
