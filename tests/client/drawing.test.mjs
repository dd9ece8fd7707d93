import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { createDrawing } from "../../static/js/drawing.js";

let frames = [];
let page;

beforeEach(() => {
  frames = [];
  page = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.requestAnimationFrame = (step) => frames.push(step);
  globalThis.cancelAnimationFrame = (frame) => delete frames[frame - 1];
});

afterEach(() => {
  for (const name of ["document", "addEventListener", "requestAnimationFrame", "cancelAnimationFrame"]) delete globalThis[name];
});

function drawn() {
  let count = 0;
  const ask = createDrawing(() => (count += 1));
  return { ask, count: () => count };
}

test("however much changes, the page is drawn once a frame", () => {
  const { ask, count } = drawn();
  for (let change = 0; change < 100; change += 1) ask();
  assert.equal(count(), 0);
  frames.forEach((step) => step());
  assert.equal(count(), 1);
  ask();
  frames.at(-1)();
  assert.equal(count(), 2);
});

test("what somebody has pressed or typed is drawn before the next key is heard", () => {
  const { ask, count } = drawn();
  ask();
  page.dispatchEvent(new Event("keydown"));
  assert.equal(count(), 1);
  page.dispatchEvent(new Event("click"));
  assert.equal(count(), 1, "there was nothing to draw");
  frames.forEach((step) => step());
  assert.equal(count(), 1, "its frame has nothing left to do");
});

test("a page that nobody sees has its title at once", () => {
  const { ask, count } = drawn();
  ask();
  document.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(count(), 1);
  ask();
  assert.equal(count(), 2);
});
