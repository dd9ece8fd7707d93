import { isLost } from "../models/link.js";
import { isRunning, peerAmong } from "../models/room.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";
import { decision, leaving } from "./decision.js";
import { back, exit, send } from "./icons.js";
import { messages } from "./messages.js";
import { moment } from "./moment.js";
import { outcome } from "./outcome.js";
import { ring } from "./ring.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @param {State} state @param {Dispatch} dispatch */
export function chat(state, dispatch) {
  const { chat: current, user, nowMs } = state;
  if (current === null || current.load === "loading") return simple("One moment…", "Opening the conversation.", nothing);
  if (current.load === "missing") {
    return simple("Not found", "There is no such conversation.", html`
      <a class="button button-primary" href="#/conversations">Conversations</a>`);
  }
  if (current.load === "failed") {
    return simple("Not reached", "The conversation could not be opened.", html`
      <button class="button button-primary" type="button"
        @click=${() => dispatch("openRoom", current.roomId)}>Try again</button>`);
  }
  const me = user?.id ?? "";
  const peer = peerAmong(current.members, me);
  const name = peer?.display_name ?? "Someone";
  return html`
    <main class="chat" id="main" data-testid="chat" data-room-id=${current.roomId} data-state=${current.status?.state ?? nothing}>
      ${head(state, current, name, peer?.online ?? false, dispatch)}
      ${messages(current, me, nowMs, dispatch)}
      <div class="chat-foot">
        ${current.leaving && current.status?.state !== "ended" ? leaving(name, dispatch) : decision(current, name, dispatch)}
        ${outcome(current, name, dispatch)}
        ${current.status?.state === "ended" ? nothing : unkept(state)}
        ${current.status?.state === "ended" ? nothing : composer(name, dispatch)}
      </div>
      ${current.momentUntilMs > nowMs ? moment(current, name, dispatch) : nothing}
    </main>`;
}

/** @param {string} title @param {string} words @param {unknown} action */
function simple(title, words, action) {
  return html`<main class="page page-narrow" id="main"><section class="card stack centred">
    <h1 tabindex="-1">${title}</h1><p class="muted">${words}</p>${action}</section></main>`;
}

/** @param {State} state @param {Chat} current @param {string} name @param {boolean} online @param {Dispatch} dispatch */
function head(state, current, name, online, dispatch) {
  const phase = current.status?.state;
  return html`
    <header class="chat-head">
      <a class="icon-button" href="#/conversations" aria-label="Back to conversations" data-testid="back">${back}</a>
      ${avatar(name)}
      <div class="chat-name">
        <h1 tabindex="-1" data-testid="chat-peer">${name}</h1>
        ${phase === "ended" ? html`<p class="presence">ended</p>` : presence(state, online, phase === "kept")}
      </div>
      ${current.status && isRunning(current.status) ? ring(state) : nothing}
      ${phase === "ended" ? nothing : html`
        <button class="icon-button" type="button" aria-label="Leave this chat" title="Leave this chat"
          data-testid="leave-room" @click=${() => dispatch("askLeave", true)}>${exit}</button>`}
    </header>`;
}

/** Whether the other one is there; without a connection nobody knows. @param {State} state @param {boolean} online @param {boolean} kept */
function presence({ links, nowMs }, online, kept) {
  const lost = isLost(links.chat, nowMs);
  const there = online && !lost;
  return html`
    <p class="presence ${there ? "is-online" : ""}" data-testid="presence" data-online=${String(there)}
      >${lost ? "reconnecting…" : online ? "online" : "offline"}${kept ? " · kept" : ""}</p>`;
}

/** @param {State} state */
function unkept({ keepsUnsent }) {
  return html`<div role="status">${keepsUnsent ? nothing : html`
    <p class="strip" data-testid="unkept">This browser does not let us keep unsent messages. Leave this page open until all is sent.</p>`}</div>`;
}

/** @param {string} name @param {Dispatch} dispatch */
function composer(name, dispatch) {
  /** @param {HTMLFormElement} form */
  const submit = (form) => {
    const input = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
    dispatch("sendMessage", input.value);
    input.value = "";
    input.focus();
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    const enters = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    // On a touch keyboard Enter is the only way to a new line; there the button sends.
    if (!enters || matchMedia("(hover: none) and (pointer: coarse)").matches) return;
    event.preventDefault();
    submit(/** @type {HTMLFormElement} */ (/** @type {HTMLElement} */ (event.target).closest("form")));
  };
  return html`
    <form class="composer" @submit=${(/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      submit(/** @type {HTMLFormElement} */ (event.currentTarget));
    }}>
      <label class="visually-hidden" for="message-input">Message to ${name}</label>
      <textarea id="message-input" name="text" rows="1" maxlength="4000" placeholder="Write a message" autocomplete="off"
        enterkeyhint="enter" data-testid="message-input" @keydown=${keydown} @input=${() => dispatch("typed")}></textarea>
      <button class="icon-button icon-button-primary" type="submit" aria-label="Send" data-testid="send">${send}</button>
    </form>`;
}
