import { formatRemaining, remainingMs, serverNowMs } from "../models/countdown.js";
import { t } from "../models/language.js";
import { nameOf } from "../models/person.js";
import { meetingElsewhere, peerAmong } from "../models/room.js";
import { roomHash } from "../models/route.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";

/**
 * Somebody was found, or is being talked with, while the person is on another screen: who it is, the clock, and the way there.
 * @param {import("../store.js").State} state
 */
export function meeting({ rooms, route, user, pictures, clock, nowMs }) {
  const room = meetingElsewhere(rooms, route.roomId);
  const peer = room && peerAmong(room.members, user?.id ?? "");
  const name = nameOf(peer);
  const words = room === null ? "" : t(`meeting.${room.state}`, { name });
  return html`
    <p class="visually-hidden" role="alert">${words}</p>
    ${room === null ? nothing : html`
      <section class="meeting" aria-label=${words} data-testid="meeting" data-state=${room.state}>
        ${avatar(name, pictures[peer?.id ?? ""])}
        <p class="meeting-words" aria-hidden="true">${words}</p>
        ${room.ends_at === null ? nothing : html`<span class="meeting-clock" role="timer" aria-label=${t("chat.time_left")}
          data-testid="meeting-clock">${formatRemaining(remainingMs(room.ends_at, serverNowMs(clock, nowMs)) ?? 0)}</span>`}
        <a class="button button-primary" href=${roomHash(room.id)} data-testid="go-meeting">${t("meeting.go")}</a>
      </section>`}`;
}
