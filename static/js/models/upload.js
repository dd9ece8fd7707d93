import { formatNumber, t } from "./language.js";

/**
 * The files of a message that is being written: on their way to the server, there, or refused.
 *
 * @typedef {import("../types.js").Attachment} Attachment
 * @typedef {object} Upload
 * @property {string} id this client's
 * @property {string} name
 * @property {number} size_bytes
 * @property {boolean} isImage
 * @property {boolean} isFilm
 * @property {"uploading"|"done"|"failed"} state
 * @property {number} sent_bytes
 * @property {string|null} problem why it failed, for the reader
 * @property {Attachment|null} attachment what the server has made of it
 */

export const IMAGE_MAX_BYTES = 10 * 1024 * 1024;
export const FILE_MAX_BYTES = 25 * 1024 * 1024;
/** As many as one message carries. */
export const FILES_MAX = 10;

/** What the server calls an image; everything else it is given as a file. */
const IMAGE_TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Pictures that the server does not take, as they may say where they were made: photos of phones, raw ones, scans. */
const FOREIGN_TYPES = new Set(["image/heic", "image/heif", "image/avif", "image/tiff", "image/jxl", "image/jp2"]);
const FOREIGN_NAMES = /\.(?:arw|avif|cr2|cr3|dng|heic|heif|hif|jp2|jxl|jxr|nef|orf|psd|raf|rw2|tiff?)$/i;

/** Films are passed on byte for byte, and phones write into them where they were made. */
const FILM_NAMES = /\.(?:3gp|avi|m4v|mkv|mov|mp4|webm)$/i;

/** Where the type says nothing, the name does. @param {{name: string, type: string}} file */
function isFilm({ name, type }) {
  return type.startsWith("video/") || (!/^(?:audio|image|text)\//.test(type) && FILM_NAMES.test(name));
}

/** @param {{type: string}} file */
export function isImage({ type }) {
  return IMAGE_TYPES.has(type);
}

/** A type that is shown is believed, whatever the name says. @param {{name: string, type: string}} file */
function isForeignImage({ name, type }) {
  return FOREIGN_TYPES.has(type) || (!isImage({ type }) && FOREIGN_NAMES.test(name));
}

/**
 * Why a file cannot be sent, said before it goes out; null: it can.
 * @param {{name: string, size: number, type: string}} file
 * @returns {string|null}
 */
export function faultOf(file) {
  if (file.size === 0) return t("file.empty");
  if (isForeignImage(file)) return t("file.foreign_image");
  if (isImage(file) && file.size > IMAGE_MAX_BYTES) return t("file.image_too_large", { size: sizeWords(IMAGE_MAX_BYTES) });
  if (file.size > FILE_MAX_BYTES) return t("file.too_large", { size: sizeWords(FILE_MAX_BYTES) });
  return null;
}

/**
 * @param {Upload[]} uploads
 * @param {{name: string, size: number, type: string}} file
 * @param {string} id
 * @returns {Upload[]}
 */
export function begun(uploads, file, id) {
  const problem = faultOf(file);
  return [...uploads, {
    id, name: file.name, size_bytes: file.size, isImage: isImage(file), isFilm: isFilm(file), state: problem === null ? "uploading" : "failed",
    sent_bytes: 0, problem, attachment: null,
  }];
}

/**
 * Whether what is pasted is its files. Spreadsheets and word processors add a picture of the words: the words are meant.
 * File managers add the names of the files: the files are meant.
 * @param {string} text what is pasted as plain text
 * @param {string[]} names of the files
 */
export function pastesFiles(text, names) {
  const words = text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  return names.length > 0 && words.every((line) => names.includes(line.trim().split(/[\\/]/).at(-1) ?? ""));
}

/** How many more files the message can take. @param {Upload[]} uploads */
export function room(uploads) {
  return Math.max(0, FILES_MAX - uploads.length);
}

/** @param {Upload[]} uploads @param {string} id @param {Partial<Upload>} fields @returns {Upload[]} */
function change(uploads, id, fields) {
  return uploads.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload));
}

/** @param {Upload[]} uploads @param {string} id @param {number} sentBytes */
export function progressed(uploads, id, sentBytes) {
  return change(uploads, id, { sent_bytes: sentBytes });
}

/** @param {Upload[]} uploads @param {string} id @param {Attachment} attachment */
export function done(uploads, id, attachment) {
  return change(uploads, id, { state: "done", attachment });
}

/** @param {Upload[]} uploads @param {string} id @param {string} problem */
export function failed(uploads, id, problem) {
  return change(uploads, id, { state: "failed", problem });
}

/** @param {Upload[]} uploads @param {string} id */
export function without(uploads, id) {
  return uploads.filter((upload) => upload.id !== id);
}

/** The part that is sent, 0 to 1. A request carries some bytes more than its file. @param {Upload} upload */
export function fraction({ sent_bytes, size_bytes, state }) {
  if (state === "done") return 1;
  return size_bytes === 0 ? 0 : Math.min(1, sent_bytes / size_bytes);
}

/** @param {Upload[]} uploads @returns {Attachment[]} */
export function attachmentsOf(uploads) {
  return uploads.flatMap(({ attachment }) => (attachment === null ? [] : [attachment]));
}

/** Files that the server has, as what a message can be made of again; those that it has no more are shown as failed. @param {Attachment[]} attachments @returns {Upload[]} */
export function restored(attachments) {
  return attachments.map((attachment) => {
    const { id, name, size_bytes, kind, content_type: type } = attachment;
    const kinds = { isImage: kind === "image", isFilm: isFilm({ name, type }) };
    /** @type {Upload} */
    const there = { id, name, size_bytes, ...kinds, state: "done", sent_bytes: size_bytes, problem: null, attachment };
    return attachment.gone ? { ...there, state: "failed", problem: t("file.gone"), attachment: null } : there;
  });
}

const UNITS = ["B", "kB", "MB"];

/** A size as people read it: `512 B`, `1.4 MB`. @param {number} bytes */
export function sizeWords(bytes) {
  const power = bytes < 1024 ? 0 : bytes < 1024 * 1024 ? 1 : 2;
  const value = bytes / 1024 ** power;
  return `${formatNumber(Math.round(value * (value < 10 && power > 0 ? 10 : 1)) / (value < 10 && power > 0 ? 10 : 1))}\u00a0${UNITS[power]}`;
}
