import { formatMoment, t } from "../../models/language.js";
import { level } from "../../models/learned.js";
import { html, nothing } from "../../../vendor/lit-html.js";
import { part } from "./part.js";

/** What matching has learned of the person, in words and on a scale, and the way to make it forget: what is not told yet, too. @param {import("../../store.js").State} state @param {import("../../dispatch.js").Dispatch} dispatch */
export function learned(state, dispatch) {
  return part(state, "learned", dispatch, () => {
    const known = state.account.learned;
    if (known === null) return nothing;
    return html`
      ${known.outcomes === 0 ? html`<p class="muted" data-testid="learned-nothing">${t("account.learned_nothing")}</p>` : told(known)}
      <div class="actions"><button class="button" type="button" data-testid="forget-learned"
        @click=${() => dispatch("forgetLearned")}>${t("account.learned_forget")}</button></div>`;
  });
}

/** @param {import("../../types.js").LearnedView} known */
function told(known) {
  return html`
    <p data-testid="learned-from">${t("account.learned_from", { count: known.outcomes })}
      ${known.since ? t("account.learned_since", { when: formatMoment(new Date(known.since)) }) : nothing}</p>
    <dl class="scales">${scale("generosity", known.generosity)}${scale("appeal", known.appeal)}</dl>`;
}

/** @param {"generosity"|"appeal"} name @param {import("../../types.js").Learned} value */
function scale(name, value) {
  const { at, word } = level(value);
  return html`
    <div><dt>${t(`account.learned_${name}`)}</dt>
      <dd><span class="scale"><meter min="0" max="1" value=${at} aria-label=${t(`account.learned_${name}`)}></meter></span>
        <span>${t(`account.level_${word}`)}</span></dd></div>`;
}
