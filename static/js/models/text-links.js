/**
 * The web addresses in a message: http and https alone, whatever else looks like one stays text.
 *
 * @typedef {{text: string, href: string|null}} Part
 */

/** Words that follow an address without a space, and their marks: Chinese, Japanese, Korean. */
const SPACELESS = String.raw`\p{sc=Han}\p{sc=Hang}\p{sc=Hira}\p{sc=Kana}\u3000-\u30FF\uFF00-\uFFEF`;
/** Such a word begins behind a Latin letter or a digit; behind one of the address's own marks (`/wiki/北京`) it belongs to it. */
const CANDIDATE = new RegExp(
  String.raw`https?:\/\/(?:[^\s<>"\x60\p{Cc}\p{Cf}${SPACELESS}]|(?<![\p{sc=Latn}\d])[\p{L}\p{N}\u30FC])+`, "giu",
);
/** What ends a sentence rather than an address. */
const ENDINGS = new Set(".,:;!?…»”’'*_~");
/** @type {Record<string, string>} */
const OPENED_BY = { ")": "(", "]": "[", "}": "{" };

/**
 * The text in pieces: put together again they are the text.
 * @param {string} text
 * @returns {Part[]}
 */
export function textParts(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = match[0].slice(0, endOf(match[0]));
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/**
 * Where it ends without the sentence's own marks, and without brackets that it did not open. Whoever writes decides on its
 * length and its letters, and each reader's page reads it: each letter is looked at once.
 * @param {string} candidate
 */
function endOf(candidate) {
  /** How many more are closed than opened. @type {Record<string, number>} */
  const surplus = {};
  for (const [close, open] of Object.entries(OPENED_BY)) surplus[close] = count(candidate, close) - count(candidate, open);
  let end = candidate.length;
  for (; end > 0; end -= 1) {
    const last = candidate[end - 1];
    if (ENDINGS.has(last)) continue;
    if (!(surplus[last] > 0)) break;
    surplus[last] -= 1;
  }
  return end;
}

/** @param {string} text @param {string} letter */
function count(text, letter) {
  return text.split(letter).length - 1;
}

/** @param {string} address @returns {string|null} null where the browser would not go there by http */
function hrefOf(address) {
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, href } = new URL(address);
  return (protocol === "http:" || protocol === "https:") && hostname !== "" ? href : null;
}
