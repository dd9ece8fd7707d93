import { formatDay, formatTime, language, t } from "../models/language.js";
import { hasEarlier } from "../models/message-list.js";
import { nameOf } from "../models/person.js";
import { peerAmong } from "../models/room.js";
import { textParts } from "../models/text-links.js";
import { timeline } from "../models/timeline.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { attachments } from "./attachments.js";
import { guarded } from "./guarded.js";
import { check, copy, down } from "./icons.js";
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
  const earlier = hasEarlier(chat.list);
  const typing = chat.typingUntilMs > nowMs;
  const name = nameOf(peer);
  const takesMore = chat.status?.state !== "ended";
  const peerReadSeq = peer?.read_seq ?? 0;
  const today = new Date(nowMs).toDateString();
  return html`
    <div class="log-place">
      <div class="log" id="log" role="log" aria-live="off" aria-label=${t("chat.messages")} tabindex="0" data-testid="messages">
        ${earlier ? html`<button class="button button-quiet" type="button" data-testid="load-earlier"
          ?disabled=${chat.historyBusy} @click=${() => dispatch("loadEarlier")}>${t("chat.earlier")}</button>` : nothing}
        ${earlier ? nothing : opener(chat, name)}
        <span class="visually-hidden" id="copy-keys">${t("message.copy_keys")}</span>
        <ol class="messages" @keydown=${walk}>${guarded([chat.list, chat.unsent, peerReadSeq, me, name, takesMore, today, language()], () => {
          const rows = timeline(chat.list.messages, chat.unsent, { me, peerReadSeq });
          return lines(rows, { name, takesMore, nowMs, today }, dispatch);
        })}</ol>
        <p class="typing" data-testid="typing">${typing ? html`
          <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span> ${t("chat.typing", { name })}` : nothing}</p>
      </div>
      ${chat.atEnd ? nothing : html`
        <button class="icon-button to-end" type="button" aria-label=${t("chat.to_end")} title=${t("chat.to_end")} data-testid="to-end"
          @click=${toEnd}>${down}</button>`}
    </div>`;
}

/**
 * @param {Row[]} rows
 * @param {{name: string, takesMore: boolean, nowMs: number, today: string}} place `name`: the other one's; `takesMore`: the room does
 * @param {Dispatch} dispatch
 */
function lines(rows, { name, takesMore, nowMs, today }, dispatch) {
  const stop = rows.findLast(({ text }) => text !== "");
  return rows.map((row) => {
    const isStop = row === stop;
    const { source, state, startsDay, startsGroup, endsGroup, receipt } = row;
    return guarded([source, state, startsDay, startsGroup, endsGroup, receipt, name, takesMore, isStop, today, language()],
      () => message(row, { name, takesMore, isStop, nowMs }, dispatch));
  });
}

function toEnd() {
  const log = document.getElementById("log");
  log?.scrollTo({ top: log.scrollHeight });
  log?.focus({ preventScroll: true });
}

/** To copy messages there is one stop for Tab, at the newest; the arrow keys go from one to the next. @param {KeyboardEvent} event */
function walk(event) {
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".copy")]);
  const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

/**
 * @param {Row} row
 * @param {{name: string, takesMore: boolean, isStop: boolean, nowMs: number}} place `isStop`: where Tab stops to copy
 * @param {Dispatch} dispatch
 */
function message(row, { name, takesMore, isStop, nowMs }, dispatch) {
  const side = row.mine ? "mine" : "theirs";
  return html`
    <li class="message ${side} ${row.startsGroup ? "starts-group" : ""}" data-testid="message"
      data-seq=${row.seq ?? nothing} data-state=${row.state} data-mine=${String(row.mine)}>
      ${row.startsDay ? html`<p class="day"><span>${day(row.at, nowMs)}</span></p>` : nothing}
      <div class="bubble-row">
        <div class="bubble" tabindex="-1" title=${formatTime(row.at)} data-testid="bubble" data-same=${`bubble ${row.clientId ?? row.key}`}>
          <span class="visually-hidden">${row.mine ? t("message.you_said") : t("message.they_said", { name })}</span>
          ${row.text === "" ? nothing : html`<p class="text" dir="auto" id="text-${row.key}" data-testid="message-text">${linked(row)}</p>`}
          ${attachments(row, dispatch)}
          ${row.state === "sent" ? html`<span class="mark">${check}</span>` : nothing}
        </div>
        ${row.text === "" || !navigator.clipboard ? nothing : html`
          <button class="icon-button copy" type="button" tabindex=${isStop ? "0" : "-1"} aria-label=${t("message.copy")}
            title=${t("message.copy")} aria-describedby="text-${row.key} copy-keys" data-testid="copy"
            data-same=${`copy ${row.clientId ?? row.key}`} @click=${() => dispatch("copyText", row.text)}>${copy}</button>`}
        ${isTimed(row) ? nothing : html`<time class="when" datetime=${row.at.toISOString()} data-testid="message-time">${formatTime(row.at)}</time>`}
      </div>
      ${foot(row, takesMore, dispatch)}
    </li>`;
}

/** What has been looked through for addresses: most of a log is drawn again and again. @type {WeakMap<object, import("../models/text-links.js").Part[]>} */
const looked = new WeakMap();

/** Without white space between the pieces: the text keeps its own. @param {Row} row */
function linked({ source, text }) {
  const parts = looked.get(source) ?? textParts(text);
  looked.set(source, parts);
  return parts.map((part) => (part.href === null ? part.text
    : html`<a href=${part.href} target="_blank" rel="noopener noreferrer">${part.text}</a>`));
}

/** Whether its time is written below it; else it is beside it, for those who point at it, press it, or hear it. @param {Row} row */
function isTimed({ state, endsGroup, receipt }) {
  return state === "failed" || state === "sending" || endsGroup || receipt !== null;
}

/** @param {Row} row @param {boolean} takesMore @param {Dispatch} dispatch */
function foot(row, takesMore, dispatch) {
  if (row.state === "failed") {
    return html`<p class="foot foot-failed"><span>${t("message.not_sent")} ${row.problem ?? ""}</span>${takesMore ? html`
      <button class="link" type="button" data-testid="retry" data-same=${`retry ${row.clientId}`}
        @click=${() => dispatch("retryMessage", row.clientId)}>${t("app.retry")}</button>` : nothing}
      <button class="link" type="button" data-testid="remove-message" data-same=${`remove ${row.clientId}`}
        @click=${() => giveUp(row, dispatch)}>${t("message.remove")}</button></p>`;
  }
  if (row.state === "sending") return html`<p class="foot">${t("message.sending")}</p>`;
  if (!isTimed(row)) return nothing;
  return html`<p class="foot"><time datetime=${row.at.toISOString()}>${formatTime(row.at)}</time>${row.receipt === null
    ? nothing : html` · <span data-testid="receipt">${t(row.receipt === "seen" ? "message.seen" : "message.sent")}</span>`}</p>`;
}

/** Its words are to be written anew, where anything is written. @param {Row} row @param {Dispatch} dispatch */
function giveUp({ clientId }, dispatch) {
  dispatch("removeMessage", clientId);
  (document.getElementById("message-input") ?? document.getElementById("log"))?.focus();
}

/** @param {Date} at @param {number} nowMs */
function day(at, nowMs) {
  return at.toDateString() === new Date(nowMs).toDateString() ? t("message.today") : formatDay(at, nowMs);
}
