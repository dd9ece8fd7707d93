import { t } from "../../models/language.js";
import { nameOf } from "../../models/person.js";
import { html, nothing } from "../../../vendor/lit-html.js";
import { avatar } from "../avatar.js";
import { keyed } from "../keyed.js";
import { part } from "./part.js";

/**
 * Whom the person likes, or has blocked; each can be taken back.
 * @param {import("../../store.js").State} state
 * @param {"likes"|"blocks"} name
 * @param {import("../../dispatch.js").Dispatch} dispatch
 */
export function people(state, name, dispatch) {
  return part(state, name, dispatch, () => {
    const list = state.account[name] ?? [];
    if (list.length === 0) return html`<p class="muted" data-testid="no-${name}">${t(`account.no_${name}`)}</p>`;
    return html`<ul class="rows">${list.map((person) => keyed(person.id, row(person, name, dispatch)))}</ul>`;
  });
}

/** @param {import("../../types.js").KnownPerson} person @param {"likes"|"blocks"} name @param {import("../../dispatch.js").Dispatch} dispatch */
function row(person, name, dispatch) {
  const called = nameOf(person);
  return html`
    <li class="row" data-testid=${name === "likes" ? "liked" : "blocked"}>
      ${avatar(called)}
      <span class="row-words"><strong dir="auto">${called}</strong>
        ${person.mutual ? html`<span class="muted small">${t("account.mutual")}</span>` : nothing}</span>
      <button class="button button-small" type="button" aria-label=${t("account.take_back_of", { name: called })}
        @click=${() => dispatch("takeBack", { part: name, id: person.id })}>${t("account.take_back")}</button>
    </li>`;
}
