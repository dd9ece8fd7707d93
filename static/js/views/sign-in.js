import { pieces, t } from "../models/language.js";
import { html } from "../../vendor/lit-html.js";
import { formMessage, textField, textsOf } from "./field.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** Two things are asked for; the names are there already, and may be changed. @param {State} state @param {Dispatch} dispatch */
export function signup({ form, suggested }, dispatch) {
  const { fields, busy, message } = form;
  return html`
    <main class="page page-narrow" id="main">
      <form class="card stack stack-close" data-testid="signup-form" novalidate
        @submit=${(/** @type {SubmitEvent} */ event) => dispatch("register", textsOf(event))}>
        <header>
          <h1 tabindex="-1">${t("signup.heading")}</h1>
          <p class="muted">${t("signup.lead")}</p>
        </header>
        ${formMessage(message)}
        ${textField({ name: "username", label: t("signup.username"), required: true, autocomplete: "username",
          value: suggested.username, error: fields.username, hint: t("signup.username_hint") })}
        ${textField({ name: "password", label: t("signup.password"), type: "password", required: true,
          autocomplete: "new-password", error: fields.password, hint: t("signup.password_hint") })}
        ${textField({ name: "date_of_birth", label: t("signup.date_of_birth"), type: "date", required: true,
          autocomplete: "bday", error: fields.date_of_birth, hint: t("signup.date_of_birth_hint") })}
        ${textField({ name: "display_name", label: t("signup.display_name"), autocomplete: "nickname",
          value: suggested.display_name, error: fields.display_name, hint: t("signup.display_name_hint"), maxlength: 40 })}
        <button class="button button-primary" type="submit" data-testid="signup" ?disabled=${busy}>
          ${busy ? t("app.moment") : t("signup.submit")}</button>
        <p class="muted centred">${pieces("signup.known", { login: html`<a href="#/login">${t("signup.login")}</a>` })}</p>
      </form>
    </main>`;
}

/** @param {State} state @param {Dispatch} dispatch */
export function login({ form }, dispatch) {
  const { fields, busy, message } = form;
  return html`
    <main class="page page-narrow" id="main">
      <form class="card stack stack-close" data-testid="login-form" novalidate
        @submit=${(/** @type {SubmitEvent} */ event) => dispatch("login", textsOf(event))}>
        <header>
          <h1 tabindex="-1">${t("login.heading")}</h1>
          <p class="muted">${t("login.lead")}</p>
        </header>
        ${formMessage(message)}
        ${textField({ name: "username", label: t("signup.username"), required: true, autocomplete: "username",
          error: fields.username })}
        ${textField({ name: "password", label: t("signup.password"), type: "password", required: true,
          autocomplete: "current-password", error: fields.password })}
        <button class="button button-primary" type="submit" data-testid="login" ?disabled=${busy}>
          ${busy ? t("app.moment") : t("login.submit")}</button>
        <p class="muted centred">${pieces("login.unknown", { signup: html`<a href="#/signup">${t("login.signup")}</a>` })}</p>
      </form>
    </main>`;
}
