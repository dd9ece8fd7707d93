import { html } from "../../vendor/lit-html.js";

const TINTS = 6;

/**
 * A person's picture, or the initial on a tint that stays the same for the name.
 * @param {string} name
 * @param {string|null} [url] of the picture, as far as it is revealed
 */
export function avatar(name, url = null) {
  if (url !== null) return html`<img class="avatar" src=${url} alt="" width="44" height="44">`;
  const tint = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % TINTS;
  const initial = [...name.trim()][0]?.toUpperCase() ?? "?";
  return html`<span class="avatar tint-${tint}" aria-hidden="true">${initial}</span>`;
}
