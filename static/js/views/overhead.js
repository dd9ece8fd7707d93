import { t } from "../models/language.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { keyed } from "./keyed.js";
import { meeting } from "./meeting.js";
import { noticeBar } from "./notice.js";
import { outcomeWords } from "./outcome.js";
import { ring } from "./ring.js";

/**
 * What must be seen and heard whatever is in front: in a dialog, where one covers the room, as nothing behind it is.
 *
 * @typedef {import("../store.js").State} State
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {{clock: unknown, said: unknown}} Overhead `said`: notices, a meeting elsewhere, what is called out
 */

/** @param {State} state @param {Chat} current @param {string} name the other one's @param {import("../dispatch.js").Dispatch} dispatch @returns {Overhead} */
export function overhead(state, current, name, dispatch) {
  return {
    clock: ring(state, "dialog-countdown"),
    said: html`${announcements(current, name)}${meeting(state)}${noticeBar(state, dispatch)}`,
  };
}

/**
 * For those who hear the page: what comes newly, the time, and what becomes of the chat. What is read of older days is not
 * called out. The regions are there before there is something to say: else some do not hear it.
 * @param {Chat} current
 * @param {string} name
 */
export function announcements(current, name) {
  const { said, timeCall } = current;
  return html`
    <div class="visually-hidden">
      <p role="status" data-testid="said">${said === null ? nothing
        : keyed(said.seq, t("chat.said", { name, text: said.text || t("message.attachment") }))}</p>
      <p role="status" data-testid="time-call">${timeCall?.words ?? ""}</p>
      <p role="status" data-testid="outcome-call">${outcomeWords(current, name)?.join(" ")}</p>
    </div>`;
}
