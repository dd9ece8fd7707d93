import { languageLabel, optionLabel, profileFromForm } from "../models/profile.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { chips, describedBy, formMessage, notes, textField } from "./field.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** @param {State} state @param {Dispatch} dispatch */
export function profile({ profile: { profile: known, options, saved, wanted }, form }, dispatch) {
  if (known === null || options === null) {
    return html`<main class="page page-narrow" id="main"><h1 tabindex="-1">Your profile</h1>
      <p class="muted" role="status">Loading…</p></main>`;
  }
  const { fields, busy, message } = form;
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    dispatch("saveProfile", profileFromForm(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget))));
  };
  return html`
    <main class="page page-form" id="main">
      <form class="card stack" data-testid="profile-form" novalidate @submit=${submit}>
        <header>
          <h1 tabindex="-1">Your profile</h1>
          <p class="muted">It decides whom you meet. A name, a gender and one interest are enough.</p>
        </header>
        ${wanted ? html`<p class="form-note" role="status" data-testid="profile-wanted">Before you can meet someone,
          please fill in a display name, your gender and at least one interest.</p>` : nothing}
        ${aboutYou(known, options, fields)}
        ${yourWishes(known, options, fields)}
        ${formMessage(message)}
        <div class="actions actions-end">
          <span class="saved" role="status" data-testid="profile-saved">${saved ? "Saved." : ""}</span>
          ${saved ? html`<a class="button" href="#/wait" data-testid="go-wait">Meet someone</a>` : nothing}
          <button class="button button-primary" type="submit" data-testid="save-profile" ?disabled=${busy}>
            ${busy ? "Saving…" : "Save profile"}</button>
        </div>
      </form>
    </main>`;
}

/**
 * @param {import("../types.js").Profile} known
 * @param {import("../types.js").ProfileOptions} options
 * @param {Record<string, string>} fields
 */
function aboutYou(known, options, fields) {
  const bioHint = "A sentence or two. What could you talk about for hours?";
  return html`
    <section class="stack" aria-labelledby="about-you">
      <h2 id="about-you">About you</h2>
      ${textField({ name: "display_name", label: "Display name", value: known.display_name ?? "", required: true,
        autocomplete: "nickname", error: fields.display_name, maxlength: 40 })}
      <div class="field">
        <label for="gender">Gender</label>
        <select id="gender" name="gender" aria-invalid=${fields.gender ? "true" : nothing}
          aria-describedby=${describedBy("gender", undefined, fields.gender)}>
          <option value="" ?selected=${!known.gender}>Please choose</option>
          ${options.genders.map((gender) => html`
            <option value=${gender} ?selected=${known.gender === gender}>${optionLabel(gender)}</option>`)}
        </select>
        ${notes("gender", undefined, fields.gender)}
      </div>
      ${chips({ name: "interests", legend: "Interests", options: options.interests, chosen: known.interests,
        label: optionLabel, required: true, error: fields.interests, hint: "What you share opens the conversation." })}
      ${chips({ name: "languages", legend: "Languages", options: byLabel(options.languages), chosen: known.languages,
        label: languageLabel, error: fields.languages })}
      <div class="field">
        <label for="bio">About me <span class="optional">optional</span></label>
        <textarea id="bio" name="bio" rows="3" .value=${known.bio ?? ""} aria-invalid=${fields.bio ? "true" : nothing}
          aria-describedby=${describedBy("bio", bioHint, fields.bio)}></textarea>
        ${notes("bio", bioHint, fields.bio)}
      </div>
    </section>`;
}

/** Languages in the order of their names, not of their codes. @param {string[]} languages */
function byLabel(languages) {
  return languages.toSorted((a, b) => languageLabel(a).localeCompare(languageLabel(b)));
}

/**
 * @param {import("../types.js").Profile} known
 * @param {import("../types.js").ProfileOptions} options
 * @param {Record<string, string>} fields
 */
function yourWishes(known, options, fields) {
  return html`
    <section class="stack" aria-labelledby="your-wishes">
      <h2 id="your-wishes">Whom you would like to meet</h2>
      ${chips({ name: "looking_for", legend: "Looking for", options: options.looking_for, chosen: known.looking_for,
        label: optionLabel, error: fields.looking_for })}
      ${chips({ name: "preferred_genders", legend: "Gender", options: options.genders, chosen: known.preferred_genders,
        label: optionLabel, error: fields.preferred_genders, hint: "None chosen means that all are welcome." })}
      <div class="field-row">
        ${textField({ name: "age_min", label: "Age from", sayOptional: false, type: "number", value: String(known.age_min ?? ""), min: "18",
          max: "120", error: fields.age_min })}
        ${textField({ name: "age_max", label: "Age to", sayOptional: false, type: "number", value: String(known.age_max ?? ""), min: "18",
          max: "120", error: fields.age_max })}
      </div>
    </section>`;
}
