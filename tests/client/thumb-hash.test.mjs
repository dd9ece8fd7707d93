import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, placeholderUrl } from "../../static/js/models/thumb-hash.js";

const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"));
const mean = ({ rgba }) => [0, 1, 2].map((part) => rgba.filter((_, index) => index % 4 === part).reduce((sum, value) => sum + value, 0) / (rgba.length / 4));

/** Two pictures of the format's own page: a sunset and a fall leaf, with their approximate shapes. */
const SUNSET = "1QcSHQRnh493V4dIh4eXh1h4kJUI";
const LANDSCAPE = "3PcNNYSFeXh/d3eld0iHZoZgVwh2";

test("a placeholder has the shape of its picture", () => {
  assert.deepEqual([decode(bytes(SUNSET))].map(({ width, height }) => [width, height]), [[23, 32]]);
  const { width, height, rgba } = decode(bytes(LANDSCAPE));
  assert.ok(width >= height);
  assert.equal(rgba.length, width * height * 4);
  assert.ok(rgba.every((value, index) => index % 4 !== 3 || value === 255), "it is opaque");
});

test("a placeholder without waves is the mean colour of its picture", () => {
  // Lightness 32/63, p 0, q 0; seven by seven waves of no height.
  const grey = new Uint8Array(24).fill(0x77);
  const head = 32 | (32 << 6) | (32 << 12);
  grey.set([head & 255, (head >> 8) & 255, (head >> 16) & 255, 7, 0x80]);
  for (const value of mean(decode(grey))) assert.ok(Math.abs(value - 130) < 6, `${value}`);
});

test("a placeholder is an address that an image can have, and small", () => {
  const url = placeholderUrl(SUNSET);
  assert.match(url, /^data:image\/bmp;base64,Qk/);
  assert.ok(url.length < 6_000);
});
