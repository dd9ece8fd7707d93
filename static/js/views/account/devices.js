import { deviceName, thisFirst } from "../../models/device.js";
import { formatRelative, t } from "../../models/language.js";
import { html } from "../../../vendor/lit-html.js";
import { keyed } from "../keyed.js";
import { part } from "./part.js";

/** Where the person is signed in. @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
export function devices(state, dispatch) {
  return part(state, "sessions", dispatch, () => html`
    <ul class="rows">${thisFirst(state.account.sessions ?? []).map((session) => keyed(session.id, html`
      <li class="row" data-testid="session" data-current=${String(session.current)}>
        <span class="row-words">
          <strong>${deviceName(session.user_agent) ?? t("account.some_device")}</strong>
          <span class="muted small">${session.current ? t("account.this_device")
            : t("account.last_used", { when: formatRelative(Date.parse(session.last_used_at) - state.nowMs) })}</span>
        </span>
        <button class="button button-small" type="button" data-testid="end-session"
          @click=${() => dispatch("endSession", session)}>${t("account.end_session")}</button>
      </li>`))}</ul>`);
}
