import { formatNumber, t } from "../models/language.js";
import { fraction, sizeWords } from "../models/upload.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { close, fileSign, pictureSign } from "./icons.js";
import { keyed } from "./keyed.js";

/**
 * @typedef {import("../models/upload.js").Upload} Upload
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** The files that go out with the next message. @param {Upload[]} uploads @param {Dispatch} dispatch */
export function tray(uploads, dispatch) {
  if (uploads.length === 0) return nothing;
  return html`<ul class="tray" aria-label=${t("file.attached")} data-testid="uploads">
    ${uploads.map((upload) => keyed(upload.id, item(upload, dispatch)))}</ul>`;
}

/** @param {Upload} upload @param {Dispatch} dispatch */
function item(upload, dispatch) {
  const { id, name, state, isImage, isFilm } = upload;
  const label = state === "uploading" ? t("file.cancel", { name }) : t("file.remove", { name });
  return html`
    <li class="tray-item ${state === "failed" ? "tray-failed" : ""}" data-testid="upload" data-state=${state}>
      ${isImage ? pictureSign : fileSign}
      <span class="tray-words">
        <span class="tray-name" dir="auto">${name}</span>
        <span class="small">${under(upload)}</span>
        ${state === "uploading" ? html`<progress max="1" .value=${fraction(upload)} aria-label=${t("file.sending", { name })}></progress>` : nothing}
        ${isFilm && state !== "failed" ? html`<span class="small tray-note" data-testid="film-note">${t("file.film")}</span>` : nothing}
      </span>
      <button class="icon-button" type="button" aria-label=${label} title=${label} data-testid="remove-upload"
        @click=${() => dispatch("removeFile", id)}>${close}</button>
    </li>`;
}

/** @param {Upload} upload */
function under(upload) {
  const { state, size_bytes, problem } = upload;
  if (state === "failed") return html`<span role="alert">${problem}</span>`;
  if (state === "done") return t("file.ready", { size: sizeWords(size_bytes) });
  return t("file.progress", { percent: formatNumber(Math.floor(fraction(upload) * 100)), size: sizeWords(size_bytes) });
}
