import { formatList, languageName, t } from "../models/language.js";
import { INTERESTS_MAX, languageLabel, missing, optionLabel, profileFromForm, wouldHelp } from "../models/profile.js";
import { screenFault } from "../models/screen.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { avatarEditor } from "./avatar-editor.js";
import { chips } from "./chips.js";
import { describedBy, formMessage, notes, textField } from "./field.js";
import { notRead } from "./not-read.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 * @typedef {import("../types.js").Profile} Profile
 * @typedef {import("../types.js").ProfileOptions} ProfileOptions
 */

/** @param {State} state @param {Dispatch} dispatch */
export function profile(state, dispatch) {
  const { profile: { profile: known, draft, options }, form } = state;
  const fault = screenFault(state);
  if (fault !== null) {
    return html`<main class="page page-narrow" id="main"><section class="card">${notRead(fault, state.retrying, dispatch)}</section></main>`;
  }
  if (known === null || options === null) {
    return html`<main class="page page-narrow" id="main"><h1 tabindex="-1">${t("profile.heading")}</h1>
      <p class="muted" role="status">${t("app.loading")}</p></main>`;
  }
  const shown = draft ?? known;
  /** @param {Event} event */
  const read = (event) => profileFromForm(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    dispatch("saveProfile", read(event));
  };
  return html`
    <main class="page page-form stack" id="main">
      <header>
        <h1 tabindex="-1">${t("profile.heading")}</h1>
        <p class="muted">${t("profile.lead")}</p>
      </header>
      ${gaps(known)}
      ${avatarEditor(state, dispatch)}
      <form class="card stack" data-testid="profile-form" novalidate @submit=${submit}
        @input=${(/** @type {Event} */ event) => dispatch("editProfile", read(event))}>
        ${aboutYou(shown, options, form.fields)}
        ${yourWishes(shown, options, form.fields)}
        ${formMessage(form.message)}
        ${foot(state)}
      </form>
    </main>`;
}

/** What is not filled in: what has to be, else what would help. @param {Profile} known */
function gaps(known) {
  const needed = missing(known);
  const wished = wouldHelp(known);
  if (needed.length > 0) {
    return html`<p class="form-note" role="status" data-testid="profile-missing">
      ${t("profile.missing", { fields: formatList(needed.map((field) => t(`profile.need_${field}`))) })}</p>`;
  }
  if (wished.length === 0) return nothing;
  return html`<p class="form-note" data-testid="profile-would-help">
    ${t("profile.would_help", { fields: formatList(wished.map((field) => t(`profile.wish_${field}`))) })}</p>`;
}

/** @param {State} state */
function foot({ profile: { saved, draft }, form: { busy } }) {
  const words = saved ? t("profile.saved") : draft === null ? "" : t("profile.unsaved");
  return html`
    <div class="actions actions-end">
      <span class="saved ${saved ? "" : "muted"}" role="status" data-testid="profile-saved">${words}</span>
      ${saved ? html`<a class="button" href="#/wait" data-testid="go-wait">${t("profile.meet")}</a>` : nothing}
      <button class="button button-primary" type="submit" data-testid="save-profile" ?disabled=${busy}>
        ${busy ? t("profile.saving") : t("profile.save")}</button>
    </div>`;
}

/**
 * @param {Profile} shown
 * @param {ProfileOptions} options
 * @param {Record<string, string>} fields
 */
function aboutYou(shown, options, fields) {
  return html`
    <section class="stack" aria-labelledby="about-you">
      <h2 id="about-you">${t("profile.about_you")}</h2>
      ${textField({ name: "display_name", label: t("profile.display_name"), value: shown.display_name ?? "", required: true,
        autocomplete: "nickname", error: fields.display_name, maxlength: 40 })}
      ${genderChips(shown.gender, options, fields.gender)}
      ${interestChips(shown.interests, options, fields.interests)}
      ${chips({ name: "languages", legend: t("profile.languages"), options: byLabel(options.languages),
        chosen: shown.languages, label: languageLabel, error: fields.languages })}
      <div class="field">
        <label for="bio">${t("profile.bio")} <span class="optional">${t("app.optional")}</span></label>
        <textarea id="bio" name="bio" rows="3" dir="auto" maxlength="500" .value=${shown.bio ?? ""} aria-invalid=${fields.bio ? "true" : nothing}
          aria-describedby=${describedBy("bio", t("profile.bio_hint"), fields.bio)}></textarea>
        ${notes("bio", t("profile.bio_hint"), fields.bio)}
      </div>
    </section>`;
}

/** @param {string|null} gender @param {ProfileOptions} options @param {string} [error] */
export function genderChips(gender, options, error) {
  return chips({ name: "gender", legend: t("profile.gender"), options: options.genders, chosen: gender === null ? [] : [gender],
    label: optionLabel, single: true, required: true, error });
}

/** @param {string[]} interests @param {ProfileOptions} options @param {string} [error] */
export function interestChips(interests, options, error) {
  return chips({ name: "interests", legend: t("profile.interests"), options: byOption(options.interests), chosen: interests,
    label: optionLabel, required: true, most: INTERESTS_MAX, error, hint: t("profile.interests_hint") });
}

/** In the order of their names, not of their codes. @param {string[]} languages */
function byLabel(languages) {
  return languages.toSorted((a, b) => languageName(a).localeCompare(languageName(b)));
}

/** @param {string[]} options */
function byOption(options) {
  return options.toSorted((a, b) => optionLabel(a).localeCompare(optionLabel(b)));
}

/**
 * @param {Profile} shown
 * @param {ProfileOptions} options
 * @param {Record<string, string>} fields
 */
function yourWishes(shown, options, fields) {
  return html`
    <section class="stack" aria-labelledby="your-wishes">
      <h2 id="your-wishes">${t("profile.wishes")}</h2>
      ${chips({ name: "looking_for", legend: t("profile.looking_for"), options: options.looking_for, chosen: shown.looking_for,
        label: optionLabel, error: fields.looking_for })}
      ${chips({ name: "preferred_genders", legend: t("profile.preferred_genders"), options: options.genders,
        chosen: shown.preferred_genders, label: optionLabel, error: fields.preferred_genders,
        hint: t("profile.preferred_genders_hint") })}
      <div class="field" role="group" aria-labelledby="your-wishes" aria-describedby="ages-hint">
        <div class="field-row">
          ${textField({ name: "age_min", label: t("profile.age_min"), sayOptional: false, type: "number",
            value: String(shown.age_min ?? ""), min: "18", max: "120", error: fields.age_min })}
          ${textField({ name: "age_max", label: t("profile.age_max"), sayOptional: false, type: "number",
            value: String(shown.age_max ?? ""), min: "18", max: "120", error: fields.age_max })}
        </div>
        ${notes("ages", t("profile.ages_hint"))}
      </div>
    </section>`;
}
