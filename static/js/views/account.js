import { html } from "../../vendor/lit-html.js";
import { formMessage, textField, textsOf } from "./field.js";

/** @typedef {import("../store.js").State} State @typedef {import("../dispatch.js").Dispatch} Dispatch */

/** @param {State} state @param {Dispatch} dispatch */
export function signup({ form }, dispatch) {
  const { fields, busy, message } = form;
  return html`
    <main class="page page-narrow" id="main">
      <form class="card stack stack-close" data-testid="signup-form" novalidate
        @submit=${(/** @type {SubmitEvent} */ event) => dispatch("register", textsOf(event))}>
        <header>
          <h1 tabindex="-1">Create your account</h1>
          <p class="muted">You can start talking in a minute.</p>
        </header>
        ${formMessage(message)}
        ${textField({ name: "username", label: "Username", required: true, autocomplete: "username", error: fields.username,
          hint: "You log in with it. Others do not see it." })}
        ${textField({ name: "password", label: "Password", type: "password", required: true, autocomplete: "new-password",
          error: fields.password, hint: "Long beats complicated: a few unrelated words are good." })}
        ${textField({ name: "date_of_birth", label: "Date of birth", type: "date", required: true, autocomplete: "bday",
          error: fields.date_of_birth, hint: "Only your age counts, and only for matching." })}
        ${textField({ name: "display_name", label: "Display name", autocomplete: "nickname", error: fields.display_name,
          hint: "What the person you talk with calls you. You can set it later.", maxlength: 40 })}
        <button class="button button-primary" type="submit" data-testid="signup" ?disabled=${busy}>
          ${busy ? "One moment…" : "Create account"}</button>
        <p class="muted centred">Already here? <a href="#/login">Log in</a></p>
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
          <h1 tabindex="-1">Welcome back</h1>
          <p class="muted">Your conversations are waiting for you.</p>
        </header>
        ${formMessage(message)}
        ${textField({ name: "username", label: "Username", required: true, autocomplete: "username", error: fields.username })}
        ${textField({ name: "password", label: "Password", type: "password", required: true,
          autocomplete: "current-password", error: fields.password })}
        <button class="button button-primary" type="submit" data-testid="login" ?disabled=${busy}>
          ${busy ? "One moment…" : "Log in"}</button>
        <p class="muted centred">New here? <a href="#/signup">Create an account</a></p>
      </form>
    </main>`;
}
