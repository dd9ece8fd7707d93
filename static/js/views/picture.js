import { t } from "../models/language.js";
import { picturesOf } from "../models/message-list.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { arrived, saving } from "./attachments.js";
import { back, close, forward } from "./icons.js";
import { keyed } from "./keyed.js";
import { closing } from "./modal.js";

/**
 * A picture in full, over everything else. Arrow keys go through the pictures of the conversation.
 *
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @param {Chat} chat @param {import("./overhead.js").Overhead} overhead @param {Dispatch} dispatch */
export function lightbox({ list, picture }, overhead, dispatch) {
  const pictures = picturesOf(list);
  const index = pictures.findIndex(({ file }) => file.id === picture);
  if (index < 0) return nothing;
  const { file, seq } = pictures[index];
  const [before, after] = [pictures[index - 1], pictures[index + 1]];
  const { cancel, beside } = closing(() => dispatch("closePicture"));
  /** @param {{file: {id: string}}|undefined} to */
  const go = (to) => to && dispatch("openPicture", to.file.id);
  return html`
    <dialog class="modal lightbox" aria-label=${file.name} data-testid="lightbox" @cancel=${cancel} @click=${beside}
      @keydown=${(/** @type {KeyboardEvent} */ event) => go({ ArrowLeft: before, ArrowRight: after }[event.key])}>
      ${overhead.said}
      <div class="lightbox-bar">
        ${overhead.clock}
        <p class="lightbox-name" dir="auto">${file.name}</p>
        <a class="button button-quiet" href=${file.url} download=${file.name} rel="noopener noreferrer" data-testid="save-picture"
          @click=${saving(file, seq, dispatch)}>${t("file.save")}</a>
        <button class="icon-button" type="button" aria-label=${t("app.close")} data-testid="close-picture"
          @click=${() => dispatch("closePicture")}>${close}</button>
      </div>
      <div class="lightbox-stage" @click=${beside}>
        ${pictures.length > 1 ? way("lightbox-back", t("file.before"), back, before && (() => go(before))) : nothing}
        ${keyed(file.id, html`
          ${file.thumbnail_url ? html`<img class="lightbox-blur" src=${file.thumbnail_url} alt="" aria-hidden="true">` : nothing}
          <img class="lightbox-full" src=${file.url} alt=${file.name} width=${file.width ?? nothing} height=${file.height ?? nothing}
            data-testid="full-picture" @load=${arrived} @error=${() => dispatch("refreshFiles", seq)}>`)}
        ${pictures.length > 1 ? way("lightbox-next", t("file.after"), forward, after && (() => go(after))) : nothing}
      </div>
    </dialog>`;
}

/** It stays where it leads no further: whoever pressed it keeps the focus, and the arrow keys. @param {string} side @param {string} label @param {unknown} sign @param {(() => void)|undefined} go */
function way(side, label, sign, go) {
  return html`<button class="icon-button ${side}" type="button" aria-label=${label} aria-disabled=${String(go === undefined)}
    @click=${() => go?.()}>${sign}</button>`;
}
