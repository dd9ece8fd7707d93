/**
 * ThumbHash (https://evanw.github.io/thumbhash/): some twenty-five bytes that show a picture blurred until it is there.
 * They hold the lowest waves of a cosine transform: lightness `l`, yellow against blue `p`, red against green `q`, and
 * perhaps how opaque it is, `a`.
 */

const LONGER_SIDE_PX = 32;
/** Of a bitmap: what comes before its pixels, and the part of it that describes the picture. */
const HEAD_BYTES = 54;
const INFO_BYTES = 40;

/**
 * @param {Uint8Array} hash
 * @returns {{width: number, height: number, rgba: Uint8ClampedArray}}
 */
export function decode(hash) {
  const head = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const more = hash[3] | (hash[4] << 8);
  const hasAlpha = head >> 23 !== 0;
  const isLandscape = more >> 15 !== 0;
  const [full, few] = [hasAlpha ? 5 : 7, more & 7];
  const [across, down] = isLandscape ? [full, few] : [few, full];
  const next = nibbles(hash, hasAlpha ? 6 : 5);
  const l = channel(Math.max(3, across), Math.max(3, down), (head & 63) / 63, ((head >> 18) & 31) / 31, next);
  const p = channel(3, 3, ((head >> 6) & 63) / 31.5 - 1, (((more >> 3) & 63) / 63) * 1.25, next);
  const q = channel(3, 3, ((head >> 12) & 63) / 31.5 - 1, (((more >> 9) & 63) / 63) * 1.25, next);
  const a = hasAlpha ? channel(5, 5, (hash[5] & 15) / 15, (hash[5] >> 4) / 15, next) : () => 1;
  const ratio = across / down;
  const width = Math.round(ratio > 1 ? LONGER_SIDE_PX : LONGER_SIDE_PX * ratio);
  const height = Math.round(ratio > 1 ? LONGER_SIDE_PX / ratio : LONGER_SIDE_PX);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const place = { x: (x + 0.5) / width, y: (y + 0.5) / height };
      rgba.set(colour(l(place), p(place), q(place), a(place)), at);
    }
  }
  return { width, height, rgba };
}

/** The values that follow, half a byte each, from −1 to 1. @param {Uint8Array} hash @param {number} start */
function nibbles(hash, start) {
  let index = 0;
  return () => {
    const value = (hash[start + (index >> 1)] >> ((index & 1) << 2)) & 15;
    index += 1;
    return value / 7.5 - 1;
  };
}

/**
 * One channel: its mean, and its waves up to the diagonal.
 * @param {number} across
 * @param {number} down
 * @param {number} mean
 * @param {number} scale
 * @param {() => number} next
 * @returns {(place: {x: number, y: number}) => number}
 */
function channel(across, down, mean, scale, next) {
  /** @type {{wx: number, wy: number, height: number}[]} */
  const waves = [];
  for (let wy = 0; wy < down; wy += 1) {
    for (let wx = wy === 0 ? 1 : 0; wx * down < across * (down - wy); wx += 1) waves.push({ wx, wy, height: next() * scale });
  }
  return ({ x, y }) =>
    waves.reduce((sum, { wx, wy, height }) =>
      sum + 2 * height * Math.cos(Math.PI * wx * x) * Math.cos(Math.PI * wy * y), mean);
}

/** @param {number} l @param {number} p @param {number} q @param {number} a */
function colour(l, p, q, a) {
  const blue = l - (2 / 3) * p;
  const red = (3 * l - blue + q) / 2;
  const green = red - q;
  return [red, green, blue, a].map((value) => Math.max(0, 255 * Math.min(1, value)));
}

/**
 * The picture as an address that an image can have: a bitmap, for that is the one kind that needs no packing.
 * @param {string} placeholder a ThumbHash in Base64
 * @returns {string}
 */
export function placeholderUrl(placeholder) {
  const { width, height, rgba } = decode(Uint8Array.from(atob(placeholder), (letter) => letter.charCodeAt(0)));
  const bytes = new Uint8Array(HEAD_BYTES + rgba.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, HEAD_BYTES, true);
  view.setUint32(14, INFO_BYTES, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true); // from above
  view.setUint16(26, 1, true);
  view.setUint16(28, 32, true);
  for (let at = 0; at < rgba.length; at += 4) {
    bytes.set([rgba[at + 2], rgba[at + 1], rgba[at], 255], HEAD_BYTES + at);
  }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
}
