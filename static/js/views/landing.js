import { html } from "../../vendor/lit-html.js";

/** The first page: what this is, and the two ways in. */
export function landing() {
  return html`
    <main class="page landing" id="main">
      <div class="landing-words">
        <h1 tabindex="-1">Five minutes with someone new.</h1>
        <p class="lead">WebChat introduces you to one person who fits you. You talk, and when the time is up you both
          decide, in private, whether to stay in touch.</p>
        <div class="actions">
          <a class="button button-primary" href="#/signup" data-testid="go-signup">Create an account</a>
          <a class="button" href="#/login" data-testid="go-login">Log in</a>
        </div>
        <ul class="promises">
          <li>One conversation at a time, with your full attention</li>
          <li>A chat is kept only if you both want it</li>
          <li>Nobody learns who said no</li>
        </ul>
      </div>
      <img class="landing-picture" src="/img/two-people.svg" width="480" height="400" alt="">
    </main>`;
}
