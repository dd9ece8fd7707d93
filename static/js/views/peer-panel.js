import { formatList, t } from "../models/language.js";
import { languageLabel, optionLabel } from "../models/profile.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";
import { close, meet } from "./icons.js";
import { closing } from "./modal.js";

/**
 * The other one, looked at closer: what is revealed of them, liking, and the two ways to be rid of them. Opened is one
 * action, blocked or reported is the second.
 *
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../store.js").PeerPanel} PeerPanel
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/**
 * @param {Chat} chat
 * @param {{name: string, picture: string|null|undefined}} shown
 * @param {import("./overhead.js").Overhead} overhead
 * @param {Dispatch} dispatch
 */
export function peerPanel(chat, { name, picture }, overhead, dispatch) {
  const { peer } = chat;
  if (peer === null) return nothing;
  const isOver = chat.status?.state === "ended";
  const { cancel, beside } = closing(() => dispatch("closePeer"));
  return html`
    <dialog class="modal sheet" aria-labelledby="peer-title" data-testid="peer-panel" @cancel=${cancel} @click=${beside}>
      ${overhead.said}
      <div class="sheet-bar">
        ${overhead.clock}
        <button class="icon-button sheet-close" type="button" aria-label=${t("app.close")} data-testid="close-peer"
          @click=${() => dispatch("closePeer")}>${close}</button>
      </div>
      <div class="sheet-body stack stack-close">
        <header class="peer-head">${avatar(name, picture)}<h2 id="peer-title" tabindex="-1" autofocus><bdi>${name}</bdi></h2>
          <p class="muted small">${t(`peer.${revealWords(peer.profile?.reveal_level ?? chat.room?.reveal_level ?? 0, isOver)}`)}</p></header>
        ${peer.profile === null ? nothing : revealed(peer.profile)}
        ${isOver ? nothing : like(chat.liked, peer, name, dispatch)}
        ${isOver ? nothing : html`
          <section class="peer-part peer-leave">
            <button class="button" type="button" data-testid="leave-from-panel" @click=${() => leave(dispatch)}>${t("chat.leave")}</button>
          </section>`}
        <section class="peer-part">
          <button class="button button-danger" type="button" data-testid="block" ?disabled=${peer.busy} aria-describedby="block-means"
            @click=${() => dispatch("blockPeer")}>${t("peer.block", { name })}</button>
          <p class="hint" id="block-means">${t(isOver ? "peer.block_means_over" : "peer.block_means")}</p>
        </section>
        ${peer.problem === null ? nothing : html`<p class="form-error" role="alert">${peer.problem}</p>`}
        ${peer.reported ? html`<p class="form-note" role="status" data-testid="reported">${t("peer.reported")}</p>` : report(chat, peer, name, dispatch)}
      </div>
    </dialog>`;
}

/** Where the head of the chat has no room for it, leaving is here. @param {Dispatch} dispatch */
function leave(dispatch) {
  dispatch("closePeer");
  dispatch("askLeave", true);
}

/** What is over is liked no more. @param {number} level @param {boolean} isOver */
function revealWords(level, isOver) {
  return isOver && level === 0 ? "reveal_over" : `reveal_${level}`;
}

/** @param {import("../types.js").PeerProfile} profile */
function revealed({ bio, interests = [], languages = [], looking_for = [] }) {
  const lists = /** @type {[string, string[]][]} */ ([
    [t("peer.interests"), interests.map(optionLabel)],
    [t("peer.languages"), languages.map(languageLabel)],
    [t("peer.looking_for"), looking_for.map(optionLabel)],
  ]).filter(([, values]) => values.length > 0);
  return html`
    ${bio ? html`<p class="peer-bio" dir="auto" data-testid="peer-bio">${bio}</p>` : nothing}
    ${lists.length === 0 ? nothing : html`<dl class="peer-lists" data-testid="peer-lists">
      ${lists.map(([name, values]) => html`<div><dt>${name}</dt><dd>${formatList(values)}</dd></div>`)}</dl>`}`;
}

/** @param {boolean} liked @param {PeerPanel} peer @param {string} name @param {Dispatch} dispatch */
function like(liked, peer, name, dispatch) {
  return html`
    <section class="peer-part">
      <button class="button ${liked ? "is-liked" : ""}" type="button" data-testid="like" aria-pressed=${String(liked)}
        ?disabled=${peer.busy} aria-describedby="like-means" @click=${() => dispatch("likePeer", !liked)}>
        ${meet}${liked ? t("peer.liked", { name }) : t("peer.like", { name })}</button>
      <p class="hint" id="like-means">${t("peer.like_means")}</p>
    </section>`;
}

/** @param {Chat} chat @param {PeerPanel} peer @param {string} name @param {Dispatch} dispatch */
function report({ reportDetail }, peer, name, dispatch) {
  return html`
    <section class="peer-part" aria-labelledby="report-title">
      <h3 id="report-title">${t("peer.report", { name })}</h3>
      <details class="field" ?open=${peer.detailed}>
        <summary>${t("peer.detail")} <span class="optional">${t("app.optional")}</span></summary>
        <textarea rows="2" maxlength="1000" dir="auto" aria-label=${t("peer.detail")} data-testid="report-detail" .value=${reportDetail}
          @input=${(/** @type {Event} */ event) =>
            dispatch("writeReport", /** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
      </details>
      <p class="hint">${t("peer.report_means")}</p>
      <div class="chips" data-testid="report-reasons">
        ${peer.reasons.map((reason) => html`
          <button class="button button-small" type="button" data-testid="report-reason" data-reason=${reason} ?disabled=${peer.busy}
            @click=${() => dispatch("reportPeer", reason)}>${optionLabel(reason)}</button>`)}
      </div>
    </section>`;
}
