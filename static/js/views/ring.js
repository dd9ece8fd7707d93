import { formatRemaining, remainingMs, ringFraction, serverNowMs, shownMs } from "../models/countdown.js";
import { t } from "../models/language.js";
import { isRunning } from "../models/room.js";
import { html, nothing } from "../../vendor/lit-html.js";

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;
const URGENT_MS = 30_000;

/**
 * The time left, as a ring and in digits.
 * @param {import("../store.js").State} state
 * @param {string} [testId] of its digits
 */
export function ring({ chat, clock, nowMs }, testId = "countdown-text") {
  if (!chat?.status || !isRunning(chat.status)) return nothing;
  const left = shownMs(remainingMs(chat.status.ends_at, serverNowMs(clock, nowMs)) ?? 0, chat.phaseTotalMs);
  const urgent = chat.status.state === "notification" || left <= URGENT_MS;
  const gone = ROUND * (1 - ringFraction(left, chat.phaseTotalMs));
  return html`
    <div class="ring ${urgent ? "ring-urgent" : ""}" role="timer" aria-label=${t("chat.time_left")}>
      <svg viewBox="0 0 48 48" data-testid="countdown-ring" aria-hidden="true">
        <circle class="ring-track" cx="24" cy="24" r=${RADIUS}></circle>
        <circle class="ring-left" cx="24" cy="24" r=${RADIUS} transform="rotate(-90 24 24)"
          stroke-dasharray=${ROUND.toFixed(2)} stroke-dashoffset=${gone.toFixed(2)}></circle>
      </svg>
      <span class="ring-text" data-testid=${testId}>${formatRemaining(left)}</span>
    </div>`;
}
