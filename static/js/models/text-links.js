/**
 * The web addresses in a message: http and https alone, whatever else looks like one stays text.
 *
 * @typedef {{text: string, href: string|null}} Part
 */

const CANDIDATE = /https?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
/** What ends a sentence or a bracket rather than an address. */
const TRAILING = /[.,:;!?…»”’*_~]+$/u;

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
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/** Without the sentence's own marks, and without brackets that it did not open. @param {string} candidate */
function trimmed(candidate) {
  let address = candidate.replace(TRAILING, "");
  for (const [open, close] of ["()", "[]", "{}"]) {
    while (address.endsWith(close) && count(address, close) > count(address, open)) {
      address = address.slice(0, -1).replace(TRAILING, "");
    }
  }
  return address;
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
