import assert from "node:assert/strict";
import { test } from "node:test";
import { largest, middle, movedTo, resized, smallest } from "../../static/js/models/crop.js";
import { deviceName, system, thisFirst } from "../../static/js/models/device.js";
import { level } from "../../static/js/models/learned.js";

const wide = { width: 400, height: 200 };
const inside = ({ x, y, size }, { width, height }) => x >= 0 && y >= 0 && x + size <= width && y + size <= height;

test("a picture is first cut to as much as there is of its middle", () => {
  assert.deepEqual(middle(wide), { x: 100, y: 0, size: 200 });
  assert.deepEqual(middle({ width: 201, height: 400 }), { x: 0, y: 99, size: 201 });
});

test("wherever the square is moved and however it is sized, it stays within the picture", () => {
  for (const picture of [wide, { width: 50, height: 900 }, { width: 1, height: 1 }, { width: 97, height: 97 }]) {
    for (const to of [{ x: -50, y: 3.7 }, { x: 1e6, y: 1e6 }, { x: 0, y: 0 }]) {
      for (const size of [0, 33.3, 120, 1e6]) {
        const crop = resized(movedTo(middle(picture), picture, to), picture, size);
        assert.ok(inside(crop, picture), JSON.stringify({ picture, to, size, crop }));
        assert.ok(crop.size >= smallest(picture) && crop.size <= largest(picture));
        assert.ok([crop.x, crop.y, crop.size].every(Number.isInteger), "pixels are whole");
      }
    }
  }
});

test("a closer look keeps its middle", () => {
  assert.deepEqual(resized(middle(wide), wide, 100), { x: 150, y: 50, size: 100 });
  assert.deepEqual(resized({ x: 150, y: 50, size: 100 }, wide, 200), middle(wide));
});

test("a device is called by its browser and its system", () => {
  const names = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox · Windows",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": "Chrome · Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge · Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari · iPhone",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36": "Chrome · Android",
    "curl/8.5.0": null,
  };
  for (const [agent, name] of Object.entries(names)) assert.equal(deviceName(agent), name);
  assert.equal(deviceName(null), null);
  const devices = [{ id: "a", current: false }, { id: "b", current: true }, { id: "c", current: false }];
  assert.deepEqual(thisFirst(devices).map(({ id }) => id), ["b", "a", "c"], "the one at hand comes first");
});

test("what was learned is a place on a scale with most people in its middle, and a word", () => {
  const of = (value) => level({ value, uncertainty: 0.5 });
  assert.deepEqual(of(0), { at: 0.5, word: "same" });
  assert.deepEqual([-9, -0.5, 0.1, 0.5, 9].map((value) => of(value).word), ["much_less", "less", "same", "more", "much_more"]);
  for (let value = -4; value < 4; value += 0.5) assert.ok(of(value).at < of(value + 0.5).at);
});

test("the system is known by its user agent, and so is one that is not known", () => {
  assert.equal(system("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"), "Windows");
  assert.equal(system("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"), "macOS");
  assert.equal(system("something new"), null);
});
