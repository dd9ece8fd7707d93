import { formatList, t } from "../models/language.js";
import { missing, withAnswers } from "../models/profile.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { formMessage, textField } from "./field.js";
import { genderChips, interestChips } from "./profile.js";

/**
 * What a newcomer still has to say before anybody can be met: asked for where it is needed, and nothing else.
 * @param {import("../store.js").State} state
 * @param {import("../types.js").Profile} known
 * @param {import("../types.js").ProfileOptions} options
 * @param {import("../dispatch.js").Dispatch} dispatch
 */
export function starter({ form: { fields, message, busy }, profile: { draft }, queueBusy }, known, options, dispatch) {
  const asked = missing(known);
  const shown = draft ?? known;
  const isElsewhere = Object.keys(fields).some((field) => !asked.some((name) => name === field));
  /** @param {Event} event */
  const read = (event) => withAnswers(shown, asked, new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    dispatch("startMeeting", read(event));
  };
  return html`
    <form class="stack starter" data-testid="starter" novalidate @submit=${submit}
      @input=${(/** @type {Event} */ event) => dispatch("editProfile", read(event))}>
      <header>
        <h1 tabindex="-1">${t("wait.almost")}</h1>
        <p class="muted" data-testid="profile-missing">
          ${t("wait.missing", { fields: formatList(asked.map((field) => t(`profile.need_${field}`))) })}
          ${asked.includes("display_name") ? nothing : t("wait.called", { name: shown.display_name ?? "" })}</p>
      </header>
      ${asked.includes("display_name") ? textField({ name: "display_name", label: t("profile.display_name"), required: true,
        value: shown.display_name ?? "", autocomplete: "nickname", error: fields.display_name, maxlength: 40 }) : nothing}
      ${asked.includes("gender") ? genderChips(shown.gender, options, fields.gender) : nothing}
      ${asked.includes("interests") ? interestChips(shown.interests, options, fields.interests) : nothing}
      ${formMessage(isElsewhere ? t("wait.look_whole") : message)}
      <div class="actions actions-centre">
        <button class="button button-primary" type="submit" data-testid="join-queue" ?disabled=${busy || queueBusy}>
          ${busy || queueBusy ? t("app.moment") : t("wait.find")}</button>
      </div>
      <p class="muted small centred"><a href="#/profile">${t("wait.whole_profile")}</a></p>
    </form>`;
}
