import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";

/**
 * The match moment: who it is, why, and how to begin. It passes by itself, for the clock is soon running.
 * @param {import("../store.js").Chat} chat
 * @param {string} name
 * @param {import("../dispatch.js").Dispatch} dispatch
 */
export function moment({ room }, name, dispatch) {
  return html`
    <div class="moment" role="dialog" aria-modal="true" aria-labelledby="moment-title" data-testid="match-moment">
      <div class="card stack centred moment-card">
        ${avatar(name)}
        <h1 id="moment-title" tabindex="-1">Meet <span data-testid="peer-name">${name}</span></h1>
        ${reasons(room?.match?.reasons ?? [])}
        ${room?.match?.icebreaker ? html`<p class="icebreaker">“${room.match.icebreaker}”</p>` : nothing}
        <button class="button button-primary" type="button" data-testid="start-chatting"
          @click=${() => dispatch("dismissMoment")}>Say hello</button>
      </div>
    </div>`;
}

/** What stays of it at the top of the conversation. @param {import("../store.js").Chat} chat @param {string} name */
export function opener({ room }, name) {
  const match = room?.match;
  if (!match) return nothing;
  return html`
    <div class="opener" data-testid="opener">
      <p>You and <strong>${name}</strong></p>
      ${reasons(match.reasons)}
      ${match.icebreaker ? html`<p class="icebreaker" data-testid="icebreaker">“${match.icebreaker}”</p>` : nothing}
    </div>`;
}

/** A sentence that stands alone in a chip needs no full stop. @param {string} sentence */
const asLabel = (sentence) => sentence.replace(/\.$/, "");

/** @param {import("../types.js").MatchReason[]} list */
function reasons(list) {
  if (list.length === 0) return nothing;
  return html`<ul class="reasons" data-testid="reasons">${list.map((reason) => html`<li>${asLabel(reason.text)}</li>`)}</ul>`;
}
