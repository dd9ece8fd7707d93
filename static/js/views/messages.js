import { hasEarlier } from "../models/message-list.js";
import { peerAmong } from "../models/room.js";
import { timeline } from "../models/timeline.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { check } from "./icons.js";
import { opener } from "./moment.js";

/**
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 * @typedef {import("../models/timeline.js").Row} Row
 */

/**
 * The message log.
 * @param {import("../store.js").Chat} chat
 * @param {string} me
 * @param {number} nowMs
 * @param {Dispatch} dispatch
 */
export function messages(chat, me, nowMs, dispatch) {
  const peer = peerAmong(chat.members, me);
  const rows = timeline(chat.list.messages, chat.unsent, { me, peerReadSeq: peer?.read_seq ?? 0 });
  const earlier = hasEarlier(chat.list);
  const typing = chat.typingUntilMs > nowMs;
  return html`
    <div class="log" id="log" role="log" aria-live="polite" aria-label="Messages" tabindex="0" data-testid="messages">
      ${earlier ? html`<button class="button button-quiet" type="button" data-testid="load-earlier"
        ?disabled=${chat.historyBusy} @click=${() => dispatch("loadEarlier")}>Show earlier messages</button>` : nothing}
      ${earlier ? nothing : opener(chat, peer?.display_name ?? "Someone")}
      <ol class="messages">${rows.map((row) => message(row, dispatch))}</ol>
      <p class="typing" data-testid="typing">${typing ? html`
        <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span>
        ${peer?.display_name ?? "Someone"} is typing…` : nothing}</p>
    </div>`;
}

/** @param {Row} row @param {Dispatch} dispatch */
function message(row, dispatch) {
  const side = row.mine ? "mine" : "theirs";
  return html`
    <li class="message ${side} ${row.startsGroup ? "starts-group" : ""}" data-testid="message"
      data-seq=${row.seq ?? nothing} data-state=${row.state} data-mine=${String(row.mine)}>
      ${row.startsDay ? html`<p class="day"><span>${day(row.at)}</span></p>` : nothing}
      <div class="bubble">
        <span class="visually-hidden">${row.mine ? "You said:" : "They said:"}</span>
        ${row.text === "" ? nothing : html`<p class="text" data-testid="message-text">${row.text}</p>`}
        ${row.attachments.map(attachment)}
        ${row.state === "sent" ? html`<span class="mark">${check}</span>` : nothing}
      </div>
      ${foot(row, dispatch)}
    </li>`;
}

/** @param {Row} row @param {Dispatch} dispatch */
function foot(row, dispatch) {
  if (row.state === "failed") {
    return html`<p class="foot foot-failed">Not sent. ${row.problem ?? ""}
      <button class="link" type="button" data-testid="retry"
        @click=${() => dispatch("retryMessage", row.clientId)}>Try again</button></p>`;
  }
  if (row.state === "sending") return html`<p class="foot">Sending…</p>`;
  if (!row.endsGroup && row.receipt === null) return nothing;
  return html`<p class="foot"><time datetime=${row.at.toISOString()}>${time(row.at)}</time>${row.receipt === null
    ? nothing : html` · <span data-testid="receipt">${row.receipt === "seen" ? "Seen" : "Sent"}</span>`}</p>`;
}

/** @param {import("../types.js").Attachment} file */
function attachment(file) {
  return html`<a class="attachment" href=${file.url} target="_blank" rel="noopener">
    ${file.kind === "image" && file.thumbnail_url ? html`<img src=${file.thumbnail_url} alt=${file.name}>` : file.name}</a>`;
}

/** @param {Date} at */
function time(at) {
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** @param {Date} at */
function day(at) {
  if (at.toDateString() === new Date().toDateString()) return "Today";
  return at.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}
