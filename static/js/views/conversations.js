import { keptRooms, lastActivity, openRooms, peerAmong } from "../models/room.js";
import { roomHash } from "../models/route.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";

/** @typedef {import("../store.js").State} State @typedef {import("../types.js").Room} Room */

/** @param {State} state */
export function conversations(state) {
  const { rooms, roomsLoaded, user } = state;
  const me = user?.id ?? "";
  const open = openRooms(rooms);
  const kept = keptRooms(rooms);
  return html`
    <main class="page page-form" id="main">
      <header class="page-head">
        <h1 tabindex="-1">Conversations</h1>
        <a class="button button-primary" href="#/wait" data-testid="go-wait">Meet someone</a>
      </header>
      ${open.length === 0 ? nothing : html`
        <section><h2>Going on now</h2><ul class="card room-list" data-testid="open-rooms">
          ${open.map((room) => row(room, me))}</ul></section>`}
      <section>
        ${open.length === 0 ? nothing : html`<h2>Kept</h2>`}
        <ul class="card room-list" data-testid="conversations" ?hidden=${kept.length === 0}>
          ${kept.map((room) => row(room, me))}</ul>
        ${kept.length > 0 ? nothing : roomsLoaded ? empty() : html`<p class="muted" role="status">Loading…</p>`}
      </section>
    </main>`;
}

function empty() {
  return html`
    <div class="card empty" data-testid="no-conversations">
      <img src="/img/two-people.svg" width="240" height="200" alt="">
      <p><strong>No kept conversations yet.</strong></p>
      <p class="muted">When you and the other person both choose to keep a chat, it stays here.</p>
    </div>`;
}

/** @param {Room} room @param {string} me */
function row(room, me) {
  const peer = peerAmong(room.members, me);
  const name = peer?.display_name ?? "Someone";
  const last = room.last_message;
  const preview = last ? `${last.sender_id === me ? "You: " : ""}${last.text || "Attachment"}` : "No messages yet";
  return html`
    <li>
      <a class="room" href=${roomHash(room.id)} data-testid="conversation" data-room-id=${room.id}>
        ${avatar(name)}
        <span class="room-words">
          <span class="room-top"><strong>${name}</strong><time class="muted small">${when(lastActivity(room))}</time></span>
          <span class="room-top">
            <span class="room-last muted" data-testid="last-message">${preview}</span>
            ${room.unread_count === 0 ? nothing : html`<span class="badge" data-testid="unread">${room.unread_count}
              <span class="visually-hidden">unread</span></span>`}
          </span>
        </span>
      </a>
    </li>`;
}

/** @param {string} time */
function when(time) {
  const at = new Date(time);
  return at.toDateString() === new Date().toDateString()
    ? at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : at.toLocaleDateString([], { day: "numeric", month: "short" });
}
