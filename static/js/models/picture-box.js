/** How large a picture may be in a conversation, in CSS pixels: as wide as its thumbnail. */
const WIDEST = 480;
const HIGHEST = 320;
/** A finger must be able to hit it, and an eye to find it. */
const LEAST = 48;
/** Of a picture whose size nobody has told. */
const UNTOLD = { width: 240, height: 180 };

/**
 * The box of a picture in a conversation, known before the picture is: as it is, or smaller; of an extreme shape the middle is seen.
 * @param {{width?: number|null, height?: number|null}} file in its own pixels
 * @returns {{width: number, height: number}} CSS pixels
 */
export function pictureBox({ width, height }) {
  if (!width || !height) return UNTOLD;
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: within(width * scale, WIDEST), height: within(height * scale, HIGHEST) };
}

/** @param {number} px @param {number} most */
function within(px, most) {
  return Math.min(most, Math.max(LEAST, Math.round(px)));
}
