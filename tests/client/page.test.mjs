// What the page loads first: the whole graph of its modules at once, and not much of it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { LANGUAGES } from "../../static/js/models/language.js";

const root = new URL("../../static/", import.meta.url);
const read = (path) => readFileSync(new URL(`.${path}`, root));
const page = read("/index.html").toString();

const FIRST_LOAD_BYTES = 120 * 1024;

/** Every module that the first one needs, in the order in which they are met. */
function graph(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const imports = read(path).toString().matchAll(/^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];/gms);
  for (const [, name] of imports) graph(new URL(name, new URL(`.${path}`, root)).pathname.slice(root.pathname.length - 1), found);
  return found;
}

const addresses = (pattern) => [...page.matchAll(pattern)].map(([, path]) => path);
const entry = addresses(/<script type="module" src="([^"]+)"/g);
const preloaded = addresses(/<link rel="modulepreload" href="([^"]+)"/g);

test("the page names every module of its graph beforehand, and no other", () => {
  const [first, ...others] = graph(entry[0]);
  const wanted = others.toSorted();
  assert.equal(first, "/js/app.js");
  const lines = wanted.map((path) => `  <link rel="modulepreload" href="${path}">`).join("\n");
  assert.deepEqual(preloaded, wanted, `static/index.html should have\n${lines}`);
});

test("whatever the page and its manifest name is there", () => {
  const manifest = JSON.parse(read("/manifest.webmanifest").toString());
  const named = [...addresses(/(?:href|src)="(\/[^"]*)"/g), manifest.start_url, ...manifest.icons.map(({ src }) => src)];
  assert.deepEqual(named.filter((path) => !existsSync(new URL(`.${path}`, root))), []);
});

test("without a connection every language is there", () => {
  const [, list] = read("/sw.js").toString().match(/const LANGUAGES = (\[[^\]]*\])/);
  assert.deepEqual(JSON.parse(list), Object.keys(LANGUAGES));
});

test("the first load is small enough for a slow connection", () => {
  const sizes = [...new Set([...addresses(/(?:href|src)="(\/[^"]+\.(?:js|css|svg))"/g), "/index.html", "/locales/en.json"])]
    .map((path) => [path, gzipSync(read(path)).length]);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`first load: ${sizes.length} files, ${(total / 1024).toFixed(1)} KiB compressed of ${FIRST_LOAD_BYTES / 1024}`);
  assert.ok(total <= FIRST_LOAD_BYTES, sizes.toSorted(([, a], [, b]) => b - a).slice(0, 10).join("\n"));
});
