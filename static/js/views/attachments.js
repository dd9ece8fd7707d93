import { t } from "../models/language.js";
import { pictureBox } from "../models/picture-box.js";
import { placeholderUrl } from "../models/thumb-hash.js";
import { sizeWords } from "../models/upload.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { fileSign } from "./icons.js";

/**
 * The files of a message: pictures to look at, other files to save.
 *
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {import("../models/timeline.js").Row} Row
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** @param {Row} row @param {Dispatch} dispatch */
export function attachments(row, dispatch) {
  if (row.attachments.length === 0) return nothing;
  return html`<div class="attachments">${row.attachments.map((file) =>
    file.kind === "image" ? picture(file, row, dispatch) : card(file, row, dispatch))}</div>`;
}

/** The place is kept free from the beginning: nothing moves when the picture comes. @param {Attachment} file @param {Row} row @param {Dispatch} dispatch */
function picture(file, { seq }, dispatch) {
  const label = t("file.open_picture", { name: file.name });
  const { width, height } = pictureBox(file);
  return html`
    <button class="picture" type="button" aria-label=${label} data-testid="picture" data-file-id=${file.id}
      .style=${`width: ${width}px; aspect-ratio: ${width} / ${height}`} @click=${() => dispatch("openPicture", file.id)}>
      ${file.placeholder ? html`<img class="picture-blur" src=${blurred(file.placeholder)} alt="">` : nothing}
      <img class="picture-sharp" src=${file.thumbnail_url ?? file.url} alt="" decoding="async"
        @load=${arrived} @error=${() => seq !== null && dispatch("refreshFiles", seq)}>
    </button>`;
}

/** Decoded once, however often it is drawn. @type {Map<string, string>} */
const blurs = new Map();

/** @param {string} placeholder */
function blurred(placeholder) {
  const url = blurs.get(placeholder) ?? placeholderUrl(placeholder);
  blurs.set(placeholder, url);
  return url;
}

/** Until then it is a soft shade. @param {Event} event */
export function arrived(event) {
  /** @type {HTMLElement} */ (event.currentTarget).dataset.arrived = "";
}

/**
 * What pressing a link to a file does: its address lives for ten minutes, so it is saved by a fresh one. A link that is
 * opened in some other way is the browser's.
 * @param {Attachment} file
 * @param {number|null} seq of its message
 * @param {Dispatch} dispatch
 */
export function saving(file, seq, dispatch) {
  return (/** @type {MouseEvent} */ event) => {
    if (seq === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    dispatch("saveFile", { seq, fileId: file.id });
  };
}

/** @param {Attachment} file @param {Row} row @param {Dispatch} dispatch */
function card(file, { seq }, dispatch) {
  return html`
    <a class="file-card" href=${file.url} download=${file.name} rel="noopener noreferrer" data-testid="file-card" data-file-id=${file.id}
      @click=${saving(file, seq, dispatch)}>
      ${fileSign}
      <span class="file-words"><span class="file-name" dir="auto">${file.name}</span>
        <span class="small">${sizeWords(file.size_bytes)}</span></span>
    </a>`;
}
