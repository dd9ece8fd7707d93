import { largest, smallest } from "../models/crop.js";
import { t } from "../models/language.js";
import { html, nothing, svg } from "../../vendor/lit-html.js";
import { avatar } from "./avatar.js";

/**
 * @typedef {import("../store.js").State} State
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** A person's picture, and the cutting of a new one. @param {State} state @param {Dispatch} dispatch */
export function avatarEditor({ user, pictures, avatarEdit: edit }, dispatch) {
  const name = user?.display_name || user?.username || "";
  const url = user === null ? null : pictures[user.id];
  /** @param {Event} event */
  const pick = (event) => {
    const input = /** @type {HTMLInputElement} */ (event.currentTarget);
    dispatch("pickPicture", input.files?.[0]);
    input.value = "";
  };
  return html`
    <section class="card avatar-editor" aria-labelledby="picture-heading" data-testid="avatar-editor">
      ${edit?.cut ? cutter(edit.cut, dispatch) : html`<div class="avatar-large">${avatar(name, url)}</div>`}
      <div class="stack stack-close">
        <header><h2 id="picture-heading">${t("avatar.heading")}</h2><p class="muted">${t("avatar.words")}</p></header>
        ${edit?.fault ? html`<p class="form-error" role="alert" data-testid="avatar-fault">${edit.fault}</p>` : nothing}
        ${edit?.cut ? html`
          <div class="actions">
            <button class="button button-primary" type="button" data-testid="send-picture" ?disabled=${edit.busy}
              @click=${() => dispatch("sendPicture")}>${edit.busy ? t("avatar.sending") : t("avatar.use")}</button>
            <button class="button" type="button" ?disabled=${edit.busy} @click=${() => dispatch("dropPicture")}>${t("app.cancel")}</button>
          </div>` : html`
          <div class="actions"><label class="button file-button"><input type="file" accept="image/jpeg,image/png,image/webp,image/gif"
            data-testid="pick-picture" @change=${pick}><span>${!url ? t("avatar.choose") : t("avatar.change")}</span></label>
            ${!url ? nothing : html`<button class="button button-quiet" type="button" data-testid="remove-picture"
              @click=${() => dispatch("removePicture")}>${t("avatar.remove")}</button>`}</div>`}
      </div>
    </section>`;
}

/** The square is dragged, or moved with sliders, which the keyboard knows. @param {import("../store.js").Cut} cut @param {Dispatch} dispatch */
function cutter({ url, picture, crop }, dispatch) {
  const { x, y, size } = crop;
  /** @param {PointerEvent} event */
  const drag = (event) => {
    if (event.buttons === 0) return;
    const frame = /** @type {HTMLElement} */ (event.currentTarget);
    frame.setPointerCapture(event.pointerId);
    const scale = size / frame.clientWidth;
    dispatch("moveCrop", { x: x - event.movementX * scale, y: y - event.movementY * scale });
  };
  const span = largest(picture);
  return html`
    <div class="cutter">
      <svg class="cutter-picture" viewBox="${x} ${y} ${size} ${size}" role="img" aria-label=${t("avatar.preview")}
        data-testid="cutter" data-crop="${x},${y},${size}" @pointermove=${drag}>
        ${svg`<image href=${url} width=${picture.width} height=${picture.height}></image>`}
      </svg>
      ${slider("avatar-zoom", t("avatar.zoom"), { min: 0, max: span - smallest(picture), value: span - size },
        (value) => dispatch("resizeCrop", span - value))}
      ${slider("avatar-across", t("avatar.across"), { min: 0, max: picture.width - size, value: x },
        (value) => dispatch("moveCrop", { x: value, y }))}
      ${slider("avatar-down", t("avatar.down"), { min: 0, max: picture.height - size, value: y },
        (value) => dispatch("moveCrop", { x, y: value }))}
    </div>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {{min: number, max: number, value: number}} range
 * @param {(value: number) => void} onInput
 */
function slider(id, label, { min, max, value }, onInput) {
  return html`
    <label class="slider" for=${id}><span>${label}</span>
      <input id=${id} type="range" min=${min} max=${max} step="1" .value=${String(value)} ?disabled=${max === min}
        @input=${(/** @type {Event} */ event) => onInput(Number(/** @type {HTMLInputElement} */ (event.currentTarget).value))}></label>`;
}
