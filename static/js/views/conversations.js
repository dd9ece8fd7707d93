import { formatShortDay, formatTime, t } from "../models/language.js";
import { isLost } from "../models/link.js";
import { nameOf } from "../models/person.js";
import { keptRooms, lastActivity, openRooms, PAST_SHOWN, pastRooms, peerAmong } from "../models/room.js";
import { roomHash } from "../models/route.js";
import { screenFault } from "../models/screen.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";
import { notRead } from "./not-read.js";

/** @typedef {import("../store.js").State} State @typedef {import("../types.js").Room} Room */

/** @param {State} state @param {import("../dispatch.js").Dispatch} dispatch */
export function conversations(state, dispatch) {
  const { rooms, user, retrying } = state;
  const fault = screenFault(state);
  const me = user?.id ?? "";
  const open = openRooms(rooms);
  const kept = keptRooms(rooms);
  const past = pastRooms(rooms);
  return html`
    <main class="page page-form" id="main">
      <header class="page-head">
        <h1 tabindex="-1">${t("app.conversations")}</h1>
        <a class="button button-primary" href="#/wait" data-testid="go-wait">${t("conversations.meet")}</a>
      </header>
      ${open.length === 0 ? nothing : html`
        <section><h2>${t("conversations.open")}</h2><ul class="card room-list" data-testid="open-rooms">
          ${open.map((room) => row(room, me, state))}</ul></section>`}
      <section>
        ${open.length + past.length === 0 ? nothing : html`<h2>${t("conversations.kept")}</h2>`}
        <ul class="card room-list" data-testid="conversations" ?hidden=${kept.length === 0}>
          ${kept.map((room) => row(room, me, state))}</ul>
        ${fault !== null ? html`<div class="card">${notRead(fault, retrying, dispatch, true)}</div>` : kept.length > 0 ? nothing : none(state)}
      </section>
      ${past.length === 0 ? nothing : over(past, me, state)}
    </main>`;
}

/** Those that are over, whoever wanted it: read, and the place where one is still rid of somebody. @param {Room[]} past @param {string} me @param {State} state */
function over(past, me, state) {
  const [newest, older] = [past.slice(0, PAST_SHOWN), past.slice(PAST_SHOWN)];
  return html`
    <section class="past" data-testid="past-conversations">
      <h2>${t("conversations.past")}</h2>
      <p class="muted small">${t("conversations.past_words")}</p>
      <ul class="room-list">${newest.map((room) => row(room, me, state))}</ul>
      ${older.length === 0 ? nothing : html`
        <details><summary>${t("conversations.older", { count: older.length })}</summary>
          <ul class="room-list">${older.map((room) => row(room, me, state))}</ul></details>`}
    </section>`;
}

/** @param {State} state */
function none({ roomsLoaded }) {
  if (!roomsLoaded) return html`<p class="muted" role="status">${t("app.loading")}</p>`;
  return html`
    <div class="card empty" data-testid="no-conversations">
      <img src="/img/two-people.svg" width="240" height="200" alt="">
      <p><strong>${t("conversations.none")}</strong></p>
      <p class="muted">${t("conversations.none_words")}</p>
    </div>`;
}

/** @param {Room} room @param {string} me @param {State} state */
function row(room, me, state) {
  const peer = peerAmong(room.members, me);
  const name = nameOf(peer);
  const last = room.last_message;
  const isOver = room.state === "ended";
  const preview = last ? previewOf(last, me) : t(isOver ? "conversations.nothing_said" : "conversations.no_messages");
  const unread = isOver ? 0 : room.unread_count;
  return html`
    <li>
      <a class="room" href=${roomHash(room.id)} data-testid="conversation" data-room-id=${room.id} data-same=${`room ${room.id}`}>
        <span class="face">${avatar(name, state.pictures[peer?.id ?? ""])}${presence(room, peer?.id ?? "", state)}</span>
        <span class="room-words">
          <span class="room-top"><strong dir="auto">${name}</strong><time class="muted small">${when(lastActivity(room), state.nowMs)}</time></span>
          <span class="room-top">
            <span class="room-last muted" dir="auto" data-testid="last-message">${preview}</span>
            ${notSent(state.notSent[room.id])}
            ${unread === 0 ? nothing : html`<span class="badge" data-testid="unread"><span aria-hidden="true">${unread}</span>
              <span class="visually-hidden">${t("app.unread", { count: unread })}</span></span>`}
          </span>
        </span>
      </a>
    </li>`;
}

/** @param {"sending"|"failed"|undefined} outlook */
function notSent(outlook) {
  if (outlook === undefined) return nothing;
  return html`<span class="room-unsent small" data-testid="not-sent" data-state=${outlook}>${t(`conversations.not_sent_${outlook}`)}</span>`;
}

/** A dot for who is here; who is not has none. Without a connection nobody knows. @param {Room} room @param {string} peer @param {State} state */
function presence({ state: phase }, peer, { online, links, nowMs }) {
  if (phase !== "kept" || !online.has(peer) || isLost(links.notifications, nowMs)) return nothing;
  return html`<span class="face-online" data-testid="room-online"><span class="visually-hidden">${t("chat.online")}</span></span>`;
}

/** @param {import("../types.js").Message} last @param {string} me */
function previewOf({ sender_id, text, attachments = [] }, me) {
  const words = text || (attachments[0]?.name ?? t("message.attachment"));
  return sender_id === me ? t("conversations.you", { text: words }) : words;
}

/** @param {string} time @param {number} nowMs */
function when(time, nowMs) {
  const at = new Date(time);
  return at.toDateString() === new Date(nowMs).toDateString() ? formatTime(at) : formatShortDay(at, nowMs);
}
