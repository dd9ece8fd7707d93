import { t } from "../models/language.js";
import { html } from "../../vendor/lit-html.js";

/**
 * The product as a drawing: a chat of two people on a phone, the clock above it, the question below. Lines stand for words,
 * so that it needs no language. It stands in the page itself, to be seen before anything runs, and moves on from there.
 */
const drawing = /** @type {Element} */ (document.getElementById("drawing"));

export function demo() {
  drawing.setAttribute("aria-label", t("landing.picture"));
  return html`<figure class="demo">${drawing}</figure>`;
}
