import { formatElapsed, serverNowMs } from "../models/countdown.js";
import { missing, optionLabel } from "../models/profile.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { starter } from "./starter.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** @param {State} state @param {Dispatch} dispatch */
export function waiting(state, dispatch) {
  const { ticket } = state;
  return html`
    <main class="page page-narrow" id="main">
      <section class="card stack centred" data-testid="wait-screen">
        ${ticket === null || state.profile.profile === null ? html`<p class="muted" role="status">One moment…</p>`
          : ticket.state === "waiting" ? inQueue(state, ticket, dispatch) : notInQueue(state, dispatch)}
      </section>
    </main>`;
}

/** @param {State} state @param {Dispatch} dispatch */
function notInQueue(state, dispatch) {
  const { queueBusy, profile: { profile, options } } = state;
  if (profile !== null && options !== null && missing(profile).length > 0) return starter(state, profile, options, dispatch);
  return html`
    <img class="wait-picture" src="/img/two-people.svg" width="240" height="200" alt="">
    <h1 tabindex="-1">Ready to meet someone?</h1>
    <p class="muted">We look for a person who fits you. As soon as you both are here, you have five minutes.</p>
    <button class="button button-primary" type="button" data-testid="join-queue" ?disabled=${queueBusy}
      @click=${() => dispatch("joinQueue")}>${queueBusy ? "One moment…" : "Find someone to talk to"}</button>
    <p class="muted small"><a href="#/profile">Change your profile</a></p>`;
}

/** @param {State} state @param {import("../types.js").Ticket} ticket @param {Dispatch} dispatch */
function inQueue({ clock, nowMs }, ticket, dispatch) {
  const since = ticket.joined_at ? Date.parse(ticket.joined_at) : serverNowMs(clock, nowMs);
  const estimate = ticket.estimated_wait_ms;
  const kept = (ticket.filters ?? []).filter((filter) => filter.excluded > 0);
  return html`
    <div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>
    <h1 tabindex="-1" data-testid="waiting">Looking for someone…</h1>
    <dl class="facts">
      <div><dt>Waiting for</dt><dd data-testid="elapsed">${formatElapsed(serverNowMs(clock, nowMs) - since)}</dd></div>
      <div><dt>Usually takes</dt><dd data-testid="estimated-wait">
        ${estimate == null ? "not known" : `about ${formatElapsed(estimate)}`}</dd></div>
    </dl>
    ${kept.length === 0 ? nothing : html`
      <ul class="filters">${kept.map((filter) => html`
        <li>${optionLabel(filter.name)}: leaves out ${filter.excluded}
          ${filter.excluded === 1 ? "person" : "people"} now waiting</li>`)}</ul>`}
    <p class="muted">You may reload this page or lose the connection for a moment: your place is kept.</p>
    <button class="button" type="button" data-testid="leave-queue" @click=${() => dispatch("leaveQueue")}>
      Stop looking</button>`;
}
