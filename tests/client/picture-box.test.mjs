import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureBox } from "../../static/js/models/picture-box.js";

test("a picture keeps its shape, and is never shown larger than it is", () => {
  assert.deepEqual(pictureBox({ width: 300, height: 200 }), { width: 300, height: 200 });
  assert.deepEqual(pictureBox({ width: 960, height: 480 }), { width: 480, height: 240 });
  assert.deepEqual(pictureBox({ width: 900, height: 1600 }), { width: 180, height: 320 });
});

test("whatever the shape, a picture can be hit and stays within its bounds", () => {
  assert.deepEqual(pictureBox({ width: 60, height: 2000 }), { width: 48, height: 320 });
  assert.deepEqual(pictureBox({ width: 2000, height: 60 }), { width: 480, height: 48 });
  assert.deepEqual(pictureBox({ width: 1, height: 1 }), { width: 48, height: 48 });
});

test("a picture of unknown size has a place all the same", () => {
  assert.deepEqual(pictureBox({}), pictureBox({ width: null, height: 40 }));
});
