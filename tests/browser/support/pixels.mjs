/** Pictures made on the spot. */
import { deflateSync, crc32 } from "node:zlib";

/**
 * A PNG with a gradient of its own: the same arguments make the same picture.
 * @param {number} width
 * @param {number} height
 * @returns {Buffer}
 */
export function png(width, height) {
  return painted(width, height, (x, y) => [Math.round((255 * x) / width), Math.round((255 * y) / height), 160]);
}

/**
 * A PNG of black and white stripes, so many pixels wide: how sharp it is shown can be measured.
 * @param {number} width
 * @param {number} height
 * @param {number} stripe
 * @returns {Buffer}
 */
export function stripes(width, height, stripe) {
  return painted(width, height, (x) => (Math.floor(x / stripe) % 2 === 0 ? [0, 0, 0] : [255, 255, 255]));
}

/** @param {number} width @param {number} height @param {(x: number, y: number) => number[]} colour */
function painted(width, height, colour) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0, at = 0; y < height; y += 1) {
    at += 1; // no filter
    for (let x = 0; x < width; x += 1) {
      rows.set(colour(x, y), at);
      at += 3;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** @param {string} name @param {Buffer} data */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
