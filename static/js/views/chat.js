import { mayAsk } from "../models/alerts.js";
import { frontDialog } from "../models/dialog.js";
import { draftOf } from "../models/draft.js";
import { t } from "../models/language.js";
import { isLost } from "../models/link.js";
import { isAnyDeleted, nameOf } from "../models/person.js";
import { isRunning, peerAmong } from "../models/room.js";
import { FILE_MAX_BYTES, IMAGE_MAX_BYTES, sizeWords } from "../models/upload.js";
import { progressOf } from "../models/vote.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";
import { composer, toSend } from "./composer.js";
import { decision, leaving } from "./decision.js";
import { back, bell, exit, more } from "./icons.js";
import { messages } from "./messages.js";
import { moment } from "./moment.js";
import { leftOver, outcome } from "./outcome.js";
import { notRead } from "./not-read.js";
import { announcements, overhead } from "./overhead.js";
import { peerPanel } from "./peer-panel.js";
import { lightbox } from "./picture.js";
import { ring } from "./ring.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @param {State} state @param {Dispatch} dispatch */
export function chat(state, dispatch) {
  const { chat: current, user, nowMs } = state;
  if (current === null || current.load === "loading") return simple(t("app.moment"), t("chat.opening"), nothing);
  if (current.load === "missing") {
    return simple(t("chat.missing_title"), t("problem.room_not_found"), html`
      <a class="button button-primary" href="#/conversations">${t("app.conversations")}</a>`);
  }
  if (current.load === "failed") {
    return html`<main class="page page-narrow" id="main"><section class="card">
      ${notRead(t("chat.failed"), state.retrying, dispatch)}</section></main>`;
  }
  const me = user?.id ?? "";
  const peer = peerAmong(current.members, me);
  const name = nameOf(peer);
  const picture = state.pictures[peer?.id ?? ""];
  // Who keeps the room need not be in it to be here.
  const online = peer !== null && (peer.online || state.online.has(peer.id));
  return html`
    <main class="chat" id="main" data-testid="chat" data-room-id=${current.roomId} data-state=${current.status?.state ?? nothing}
      @keydown=${(/** @type {KeyboardEvent} */ event) => escaped(event, current, dispatch)}
      @dragover=${dragged} @dragleave=${undragged} @drop=${(/** @type {DragEvent} */ event) => dropped(event, dispatch)}>
      ${head(state, current, { name, picture, online }, dispatch)}
      ${messages(current, me, nowMs, dispatch)}
      ${foot(state, current, name, dispatch)}
      ${inFront(state, current, { name, picture }, dispatch)}
      <p class="drop-hint" aria-hidden="true">${t("file.drop", { image: sizeWords(IMAGE_MAX_BYTES), file: sizeWords(FILE_MAX_BYTES) })}</p>
    </main>`;
}

/** One dialog at a time. @param {State} state @param {Chat} current @param {{name: string, picture: string|null|undefined}} peer @param {Dispatch} dispatch */
function inFront(state, current, peer, dispatch) {
  const over = overhead(state, current, peer.name, dispatch);
  switch (frontDialog(current)) {
    case "picture": return lightbox(current, over, dispatch);
    case "peer": return peerPanel(current, peer, over, dispatch);
    case "moment": return moment(current, peer, over, dispatch);
    default: return announcements(current, peer.name);
  }
}

/** @param {State} state @param {Chat} current @param {string} name @param {Dispatch} dispatch */
function foot(state, current, name, dispatch) {
  const hasEnded = current.status?.state === "ended";
  const draft = draftOf(state.drafts, current.roomId);
  const answer = progressOf(state.votes[current.roomId], isLost(state.links.chat, state.nowMs));
  return html`
    <div class="chat-foot" role="group" aria-label=${t(hasEnded ? "outcome.ended_title" : "chat.write")} tabindex="-1">
      <div class="above-composer">
        ${hasEnded ? nothing : current.leaving ? leaving(current, name, dispatch) : decision(current, { name, answer }, dispatch)}
        ${hasEnded ? leftOver(current.roomId, draft, dispatch) : nothing}
        ${outcome(current, name, dispatch)}
        ${hasEnded ? nothing : html`
          ${current.status?.state === "notification" ? nothing : offerAlerts(state, current, dispatch)}
          ${unkept(state)}
          ${toSend(current, draft, dispatch)}`}
      </div>
      ${hasEnded ? nothing : composer(draft, name, { offersEmojis: current.emojis }, dispatch)}
    </div>`;
}

/** @param {string} title @param {string} words @param {unknown} action */
function simple(title, words, action) {
  return html`<main class="page page-narrow" id="main"><section class="card stack centred">
    <h1 tabindex="-1">${title}</h1><p class="muted">${words}</p>${action}</section></main>`;
}

/**
 * @param {State} state
 * @param {Chat} current
 * @param {{name: string, picture: string|null|undefined, online: boolean}} peer
 * @param {Dispatch} dispatch
 */
function head(state, current, { name, picture, online }, dispatch) {
  const phase = current.status?.state;
  return html`
    <header class="chat-head">
      <a class="icon-button" href="#/conversations" aria-label=${t("chat.back")} data-testid="back">${back}</a>
      ${avatar(name, picture)}
      <div class="chat-name">
        <h1 tabindex="-1" data-testid="chat-peer"><bdi>${name}</bdi></h1>
        ${phase === "ended" ? html`<p class="presence">${t("chat.ended")}</p>` : presence(state, online, phase === "kept")}
      </div>
      ${current.status && isRunning(current.status) ? ring(state) : nothing}
      ${isAnyDeleted(current.members) ? nothing : html`
        <button class="icon-button" id="open-peer" type="button" aria-label=${t("chat.about", { name })} title=${t("chat.about", { name })}
          data-testid="open-peer" @click=${() => dispatch("openPeer")}>${more}</button>`}
      ${phase === "ended" ? nothing : html`
        <button class="icon-button" id="ask-leave" type="button" aria-label=${t("chat.leave")} title=${t("chat.leave")}
          data-testid="leave-room" @click=${() => dispatch("askLeave", true)}>${exit}</button>`}
    </header>`;
}

/** Whether the other one is there; without a connection nobody knows. @param {State} state @param {boolean} online @param {boolean} kept */
function presence({ links, nowMs }, online, kept) {
  const lost = isLost(links.chat, nowMs);
  const there = online && !lost;
  return html`
    <p class="presence ${there ? "is-online" : ""}" data-testid="presence" data-online=${String(there)}
      >${t(lost ? "chat.reconnecting" : online ? "chat.online" : "chat.offline")}${kept ? ` · ${t("chat.kept")}` : ""}</p>`;
}

/** Asked once, when the person has said something and may want to hear the answer. @param {State} state @param {Chat} current @param {Dispatch} dispatch */
function offerAlerts({ alerts, user }, { list }, dispatch) {
  const sent = list.messages.some(({ sender_id }) => sender_id === user?.id);
  if (!mayAsk(alerts, sent)) return nothing;
  return html`
    <div class="strip strip-quiet" data-testid="offer-alerts">
      ${bell}<span>${t("notify.offer")}</span>
      <div class="strip-answers">
        <button class="button button-small" type="button" data-testid="allow-alerts" @click=${() => dispatch("allowAlerts")}>${t("notify.allow")}</button>
        <button class="button button-small button-quiet" type="button" data-testid="refuse-alerts"
          @click=${() => dispatch("chooseAlerts", {})}>${t("notify.refuse")}</button>
      </div>
    </div>`;
}

/** @param {State} state */
function unkept({ keepsUnsent }) {
  return html`<div role="status">${keepsUnsent ? nothing : html`
    <p class="strip" data-testid="unkept">${t("chat.unkept")}</p>`}</div>`;
}

/** Esc closes what stands above the composer, and gives the focus back to what has opened it. Dialogs do so themselves. @param {KeyboardEvent} event @param {Chat} current @param {Dispatch} dispatch */
function escaped({ key, isComposing, target }, { leaving, leaveBusy, emojis }, dispatch) {
  if (key !== "Escape" || isComposing || leaveBusy || (!leaving && !emojis)) return;
  if (target instanceof Element && target.closest("dialog") !== null) return;
  dispatch(leaving ? "askLeave" : "offerEmojis", false);
  const isWriting = target instanceof HTMLTextAreaElement;
  if (isWriting) return;
  const openers = leaving ? ["ask-leave", "open-peer"] : ["open-emojis"]; // on the narrowest screens the way out is in the panel
  openers.map((id) => document.getElementById(id)).find((opener) => opener?.checkVisibility())?.focus();
}

/** @param {DragEvent} event */
function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (event.currentTarget).classList.add("is-dragged");
}

/** @param {DragEvent} event */
function undragged(event) {
  const main = /** @type {HTMLElement} */ (event.currentTarget);
  if (!main.contains(/** @type {Node|null} */ (event.relatedTarget))) main.classList.remove("is-dragged");
}

/** @param {DragEvent} event @param {Dispatch} dispatch */
function dropped(event, dispatch) {
  /** @type {HTMLElement} */ (event.currentTarget).classList.remove("is-dragged");
  const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
  if (items.length === 0) return;
  event.preventDefault();
  const isFolder = (/** @type {DataTransferItem} */ item) => item.webkitGetAsEntry()?.isDirectory === true;
  if (items.some(isFolder)) dispatch("tell", t("file.folder"));
  dispatch("addFiles", items.filter((item) => !isFolder(item)).flatMap((item) => item.getAsFile() ?? []));
}
