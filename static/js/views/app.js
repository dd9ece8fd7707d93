import { frontDialog } from "../models/dialog.js";
import { t } from "../models/language.js";
import { isLost } from "../models/link.js";
import { nameOf } from "../models/person.js";
import { meetingElsewhere, peerAmong, unreadTotal } from "../models/room.js";
import { waitsForSession } from "../models/route.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { chats, gear, meet, person } from "./icons.js";
import { landing } from "./landing.js";
import { meeting } from "./meeting.js";
import { noticeBar } from "./notice.js";
import { login, signup } from "./sign-in.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @typedef {Partial<Record<import("../models/route.js").Screen, (state: State, dispatch: Dispatch) => unknown>>} Screens */

/** Those of the way in. @type {Screens} */
const first = { landing, signup, login };

const NAME = "WebChat";

/** The window's title. @param {State} state */
export function title({ route, rooms, user }) {
  const unread = unreadTotal(rooms);
  const count = unread > 0 ? `(${unread}) ` : "";
  const met = meetingElsewhere(rooms, route.roomId);
  const peer = met && peerAmong(met.members, user?.id ?? "");
  if (peer) return `${count}${t("notify.match", { name: nameOf(peer) })} · ${NAME}`;
  return `${count}${route.screen === "landing" ? NAME : `${t(`title.${route.screen}`)} · ${NAME}`}`;
}

/** What is shown; null: it is not known yet who is here, or the screen is on its way. @param {State} state */
export function screenOf(state) {
  return waitsForSession(state) ? null : { ...first, ...state.inside }[state.route.screen] ?? null;
}

/** The whole page. @param {State} state @param {Dispatch} dispatch */
export function app(state, dispatch) {
  const { session, route, chat } = state;
  const screen = screenOf(state);
  const signedIn = session === "in";
  // Behind a dialog nothing is seen or heard: it says then what there is to say.
  const covered = screen !== null && route.screen === "room" && frontDialog(chat) !== null;
  return html`
    <a class="skip" href="#main" @click=${skip}>${t("app.skip")}</a>
    <div class="shell ${signedIn ? "shell-in" : ""} ${route.screen === "room" ? "shell-chat" : ""}">
      ${top(state)}
      ${banner(state)}
      ${covered ? nothing : meeting(state)}
      ${screen === null ? restoring(state, dispatch) : screen(state, dispatch)}
    </div>
    ${covered ? nothing : noticeBar(state, dispatch)}`;
}

/** The address is the screen's, so a jump within the page must not change it. @param {Event} event */
function skip(event) {
  event.preventDefault();
  const heading = /** @type {HTMLElement|null} */ (document.querySelector("#main h1"));
  heading?.focus();
}

/** @param {State} state */
function top({ session, route, rooms }) {
  const unread = unreadTotal(rooms);
  /** @param {string} screen */
  const current = (screen) => (route.screen === screen ? "page" : nothing);
  if (session !== "in") return html`<header class="top"><a class="brand" href="#/">${brand}</a></header>`;
  return html`
    <header class="top">
      <a class="brand" href="#/conversations">${brand}</a>
      <nav class="nav" aria-label=${t("app.nav")}>
        <a href="#/wait" aria-current=${current("wait")} data-testid="nav-wait">${meet}<span>${t("app.meet")}</span></a>
        <a href="#/conversations" aria-current=${current("conversations")} data-testid="nav-conversations">${chats}<span>${t("app.conversations")}</span>
          ${unread > 0 ? html`<span class="badge"><span aria-hidden="true">${unread}</span>
            <span class="visually-hidden">${t("app.unread", { count: unread })}</span></span>` : nothing}</a>
        <a href="#/profile" aria-current=${current("profile")} data-testid="nav-profile">${person}<span>${t("app.profile")}</span></a>
        <a href="#/account" aria-current=${current("account")} data-testid="nav-account">${gear}<span>${t("app.account")}</span></a>
      </nav>
    </header>`;
}

/** The page's own: a new picture would be a moment late, and blink. */
const mark = document.getElementById("mark");
const brand = html`${mark}<span>${NAME}</span>`;

/** Who is here is not known yet. @param {State} state @param {Dispatch} dispatch */
function restoring({ session }, dispatch) {
  return html`
    <main class="page page-narrow" id="main"><div role="status">${session === "unreachable" ? unreachable(dispatch)
      : html`<h1 class="pending centred" tabindex="-1">${t("app.moment")}</h1>`}</div></main>`;
}

/** @param {Dispatch} dispatch */
function unreachable(dispatch) {
  return html`
    <div class="card empty" data-testid="unreachable">
      <img src="/img/two-people.svg" width="240" height="200" alt="">
      <h1 tabindex="-1">${t("app.unreachable")}</h1>
      <p class="muted">${t("app.keeps_trying")}</p>
      <button class="button button-primary" type="button" data-testid="retry-session" @click=${() => dispatch("restore")}>${t("app.retry")}</button>
    </div>`;
}

/** @param {State} state */
function banner({ session, links, nowMs }) {
  const lost = isLost(links.notifications, nowMs) || isLost(links.chat, nowMs);
  const show = session === "in" && lost;
  return html`<div class="banner-place" role="status">${show ? html`
    <p class="banner" data-testid="connection-banner">${t("app.lost")}</p>` : nothing}</div>`;
}
