import { html, nothing } from "../../vendor/lit-html.js";

/**
 * What became of the chat. It never tells who wanted what.
 * @typedef {import("../types.js").Reason} Reason
 */

/** @type {Record<Reason, string>} */
const REASONS = {
  both_kept: "",
  not_kept: "A chat goes on only if both choose to keep it. This one was good for its five minutes.",
  left: "This conversation is over.",
  no_show: "The other person did not arrive. If you were here, you have your place in the queue back.",
  blocked: "You have blocked this person. You will not meet again.",
  moderation: "This conversation was ended by a moderator.",
};

/** @param {import("../store.js").Chat} chat @param {string} name @param {import("../dispatch.js").Dispatch} dispatch */
export function outcome({ status, keptJustNow }, name, dispatch) {
  if (status?.state === "ended") return ended(status.reason);
  if (status?.state !== "kept" || !keptJustNow) return nothing;
  return html`
    <section class="outcome outcome-kept" role="status" data-testid="outcome" data-outcome="kept">
      <h2>You both want to stay in touch.</h2>
      <p>This chat with ${name} is kept. There is no clock any more.</p>
      <button class="button button-primary" type="button" data-testid="continue-chat"
        @click=${() => dispatch("dismissMoment")}>Keep talking</button>
    </section>`;
}

/** @param {Reason|null} reason */
function ended(reason) {
  return html`
    <section class="outcome" role="status" data-testid="outcome" data-outcome="ended" data-reason=${reason ?? nothing}>
      <h2>${reason === "no_show" ? "Nobody came" : "This chat has ended"}</h2>
      <p class="muted">${reason === null ? REASONS.left : REASONS[reason]}</p>
      <div class="actions actions-centre">
        <a class="button button-primary" href="#/wait" data-testid="meet-again">Meet someone new</a>
        <a class="button" href="#/conversations">Conversations</a>
      </div>
    </section>`;
}
