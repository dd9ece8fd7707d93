import { formatNumber, t } from "../models/language.js";
import { areSettled } from "../models/draft.js";
import { FILE_MAX_BYTES, FILES_MAX, IMAGE_MAX_BYTES, pastesFiles, sizeWords } from "../models/upload.js";
import { html, nothing } from "../../vendor/lit-html.js";
import { emojis } from "./emojis.js";
import { clip, send, smile } from "./icons.js";
import { tray } from "./tray.js";

/**
 * @typedef {import("../store.js").Chat} Chat
 * @typedef {import("../models/draft.js").Draft} Draft
 * @typedef {import("../dispatch.js").Dispatch} Dispatch
 */

/** The code of a key that an input method has taken. */
const COMPOSING = 229;

/** What goes into the message beside its words. @param {Chat} chat @param {Draft} draft @param {Dispatch} dispatch */
export function toSend(chat, { uploads }, dispatch) {
  return html`${chat.emojis ? emojis((emoji) => insert(emoji, dispatch)) : nothing}${tray(uploads, dispatch)}`;
}

/** Where a message is written. @param {Draft} draft @param {string} name the other one's @param {{offersEmojis: boolean}} shown @param {Dispatch} dispatch */
export function composer(draft, name, { offersEmojis }, dispatch) {
  const settled = areSettled(draft.uploads);
  return html`
    <form class="composer" @submit=${(/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      submit(settled, dispatch);
    }}>
      <label class="icon-button pick" title=${t("file.add")}>
        ${clip}<span class="visually-hidden">${t("file.add")}</span>
        <input type="file" multiple data-testid="file-input" aria-describedby="file-limits"
          @change=${(/** @type {Event} */ event) => picked(event, dispatch)}>
      </label>
      <span class="visually-hidden" id="file-limits">${t("file.limits", {
        image: sizeWords(IMAGE_MAX_BYTES), file: sizeWords(FILE_MAX_BYTES), count: FILES_MAX })}</span>
      <label class="visually-hidden" for="message-input">${t("chat.message_to", { name })}</label>
      <textarea id="message-input" name="text" rows="1" dir="auto" maxlength="4000" placeholder=${t("chat.placeholder")} autocomplete="off"
        enterkeyhint="enter" data-testid="message-input" @paste=${(/** @type {ClipboardEvent} */ event) => pasted(event, dispatch)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => keydown(event, settled, dispatch)}
        .value=${draft.text} @input=${() => dispatch("write", writer()?.value)}></textarea>
      <button class="icon-button emoji-button" id="open-emojis" type="button" title=${t("chat.emoji")} aria-label=${t("chat.emoji")} data-testid="emoji"
        aria-expanded=${String(offersEmojis)} @click=${() => dispatch("offerEmojis", !offersEmojis)}>${smile}</button>
      <button class="icon-button icon-button-primary" type="submit" aria-label=${t("chat.send")} data-testid="send"
        ?disabled=${!settled}>${send}</button>
    </form>`;
}

/** @param {boolean} settled @param {Dispatch} dispatch */
function submit(settled, dispatch) {
  if (!settled) return;
  dispatch("sendMessage");
  writer()?.focus();
}

/** @param {KeyboardEvent} event @param {boolean} settled @param {Dispatch} dispatch */
function keydown(event, settled, dispatch) {
  // Safari ends a composition before it says that Enter was pressed, by the code that keys of a composition have.
  const composes = event.isComposing || event.keyCode === COMPOSING;
  const enters = event.key === "Enter" && !event.shiftKey && !composes;
  // On a touch keyboard Enter is the only way to a new line; there the button sends.
  if (!enters || matchMedia("(hover: none) and (pointer: coarse)").matches) return;
  event.preventDefault();
  submit(settled, dispatch);
}

/** @param {Event} event @param {Dispatch} dispatch */
function picked(event, dispatch) {
  const input = /** @type {HTMLInputElement} */ (event.currentTarget);
  dispatch("addFiles", [...(input.files ?? [])]);
  input.value = ""; // the same file may be picked again
}

/** @param {ClipboardEvent} event @param {Dispatch} dispatch */
function pasted(event, dispatch) {
  const { clipboardData: data } = event;
  const text = data?.getData("text/plain") ?? "";
  const files = [...(data?.files ?? [])];
  if (!pastesFiles(text, files.map(({ name }) => name))) return sayIfCut(text, dispatch);
  event.preventDefault();
  dispatch("addFiles", files);
}

/** The browser takes as much of it as there is room for, and says nothing. @param {string} text @param {Dispatch} dispatch */
function sayIfCut(text, dispatch) {
  const input = writer();
  if (!input || lengthWith(input, text) <= input.maxLength) return;
  dispatch("tell", t("message.cut", { count: formatNumber(input.maxLength) }));
}

/** How long it would be with this where the cursor is. @param {HTMLTextAreaElement} input @param {string} text */
function lengthWith({ value, selectionStart: start, selectionEnd: end }, text) {
  return value.length - (end - start) + text.length;
}

/** @returns {HTMLTextAreaElement|null} */
function writer() {
  return document.querySelector("#message-input");
}

/** Where the cursor is, as if it were typed: not beyond the length that a message may have. @param {string} emoji @param {Dispatch} dispatch */
function insert(emoji, dispatch) {
  const input = writer();
  if (!input) return;
  const { selectionStart: start, selectionEnd: end } = input;
  if (lengthWith(input, emoji) <= input.maxLength) input.setRangeText(emoji, start, end, "end");
  input.focus();
  dispatch("write", input.value);
}
