import { pieces, t } from "../models/language.js";
import { icebreakerWords, reasonWords, saidReasons } from "../models/match-reason.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";
import { closing } from "./modal.js";

/**
 * The match moment: who it is, why, and how to begin. It goes when the person says so, or the other one says
 * something first: nobody has to read against a clock.
 * @param {import("../store.js").Chat} chat
 * @param {{name: string, picture: string|null|undefined}} peer
 * @param {import("./overhead.js").Overhead} overhead
 * @param {import("../dispatch.js").Dispatch} dispatch
 */
export function moment({ room }, { name, picture }, overhead, dispatch) {
  const icebreaker = room?.match ? icebreakerWords(room.match) : null;
  const { cancel } = closing(() => dispatch("dismissMoment"));
  return html`
    <dialog class="modal moment" aria-labelledby="moment-title" data-testid="match-moment" @cancel=${cancel}>
      ${overhead.said}
      <div class="card stack centred moment-card">
        <div class="moment-clock">${overhead.clock}</div>
        ${avatar(name, picture)}
        <h1 id="moment-title" tabindex="-1" autofocus>${t("moment.meet")} <bdi data-testid="peer-name">${name}</bdi></h1>
        ${reasons(room?.match?.reasons ?? [])}
        ${question(icebreaker)}
        <button class="button button-primary" type="button" data-testid="start-chatting"
          @click=${() => dispatch("dismissMoment")}>${t("moment.hello")}</button>
      </div>
    </dialog>`;
}

/** What stays of it at the top of the conversation. @param {import("../store.js").Chat} chat @param {string} name */
export function opener({ room }, name) {
  const match = room?.match;
  if (!match) return nothing;
  return html`
    <div class="opener" data-testid="opener">
      <p>${pieces("moment.you_and", { name: html`<strong><bdi>${name}</bdi></strong>` })}</p>
      ${reasons(match.reasons)}
      ${question(icebreakerWords(match))}
    </div>`;
}

/** @param {string|null} words */
function question(words) {
  return words === null ? nothing : html`<p class="icebreaker">${t("moment.question", { words })}</p>`;
}

/** @param {import("../types.js").MatchReason[]} list */
function reasons(list) {
  if (list.length === 0) return nothing;
  return html`<ul class="reasons" data-testid="reasons">${saidReasons(list).map((reason) => html`<li>${reasonWords(reason)}</li>`)}</ul>`;
}
