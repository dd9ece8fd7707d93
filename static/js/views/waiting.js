import { serverNowMs } from "../models/countdown.js";
import { formatDuration, t } from "../models/language.js";
import { missing } from "../models/profile.js";
import { screenFault } from "../models/screen.js";
import { leavingOut, leftOutWords, mayRelax } from "../models/waiting.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { keyed } from "./keyed.js";
import { notRead } from "./not-read.js";
import { starter } from "./starter.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** @param {State} state @param {Dispatch} dispatch */
export function waiting(state, dispatch) {
  const { ticket, retrying } = state;
  const fault = screenFault(state);
  return html`
    <main class="page page-narrow" id="main">
      <section class="card stack centred" data-testid="wait-screen">
        ${fault !== null ? notRead(fault, retrying, dispatch)
          : ticket === null || state.profile.profile === null ? html`<h1 class="pending" tabindex="-1">${t("app.moment")}</h1>`
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
    <h1 tabindex="-1">${t("wait.ready")}</h1>
    <p class="muted">${t("wait.ready_words")}</p>
    <button class="button button-primary" type="button" data-testid="join-queue" ?disabled=${queueBusy}
      @click=${() => dispatch("joinQueue")}>${queueBusy ? t("app.moment") : t("wait.join")}</button>
    ${sound(state, dispatch)}
    <p class="muted small"><a href="#/profile">${t("wait.profile")}</a></p>`;
}

/** @param {State} state @param {import("../types.js").Ticket} ticket @param {Dispatch} dispatch */
function inQueue(state, ticket, dispatch) {
  const { clock, nowMs } = state;
  const since = ticket.joined_at ? Date.parse(ticket.joined_at) : serverNowMs(clock, nowMs);
  const estimate = ticket.estimated_wait_ms;
  const left = estimate == null ? t("wait.not_known") : t("wait.about", { time: formatDuration(estimate) });
  return html`
    <div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>
    <h1 tabindex="-1" data-testid="waiting">${t("wait.looking")}</h1>
    <dl class="facts">
      <div><dt>${t("wait.waiting_for")}</dt><dd data-testid="elapsed">${formatDuration(serverNowMs(clock, nowMs) - since)}</dd></div>
      <div><dt>${t("wait.estimate")}</dt><dd data-testid="estimated-wait">${left}</dd></div>
    </dl>
    ${filters(state, ticket, dispatch)}
    ${sound(state, dispatch)}
    <p class="muted small">${t("wait.place_is_kept")}</p>
    <button class="button" type="button" data-testid="leave-queue" @click=${() => dispatch("leaveQueue")}>${t("wait.stop")}</button>`;
}

/** Who is left out by what, and the way to let them in. @param {State} state @param {import("../types.js").Ticket} ticket @param {Dispatch} dispatch */
function filters({ queueBusy }, ticket, dispatch) {
  const excluding = leavingOut(ticket);
  if (excluding.length === 0) return nothing;
  return html`
    <ul class="filters" data-testid="filters">${excluding.map((filter) => keyed(filter.name, filterLine(filter, queueBusy, dispatch)))}</ul>`;
}

/** @param {{name: string, excluded: number, withheld?: boolean}} filter @param {boolean} busy @param {Dispatch} dispatch */
function filterLine(filter, busy, dispatch) {
  const { name } = filter;
  return html`
      <li data-testid="filter" data-name=${name}>
        <span>${leftOutWords(filter)}</span>
        ${mayRelax(name) ? html`<button class="button button-small" type="button" data-testid="relax" ?disabled=${busy}
          @click=${() => dispatch("relaxFilter", name)}>${t(`wait.relax_${name}`)}</button>` : nothing}
      </li>`;
}

/** @param {State} state @param {Dispatch} dispatch */
function sound({ alerts }, dispatch) {
  if (!alerts.asked) return nothing;
  return html`
    <label class="chip"><input type="checkbox" data-testid="sound" .checked=${alerts.sound}
      @change=${(/** @type {Event} */ event) =>
        dispatch("chooseAlerts", { sound: /** @type {HTMLInputElement} */ (event.currentTarget).checked })}>
      <span>${t("notify.sound")}</span></label>`;
}
