// What the page loads first: the whole graph of its modules at once, and not much of it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { runInNewContext } from "node:vm";
import { tableOf } from "./support/english.mjs";
import { bestLanguage, LANGUAGES } from "../../static/js/models/language.js";
import { parseRoute } from "../../static/js/models/route.js";
import { chosenLanguage, chosenTheme, keepTheme, wasSignedIn } from "../../static/js/preferences.js";

const root = new URL("../../static/", import.meta.url);
const read = (path) => readFileSync(new URL(`.${path}`, root));
const page = read("/index.html").toString();

/** The page is read from the top: what stands in the head and is no module is waited for before anything is painted. */
const [head, body] = page.split("</head>");

const FIRST_LOAD_BYTES = 120 * 1024;
/** What fits into the first round trip of a connection. */
const FIRST_PAINT_BYTES = 14 * 1024;

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
const [CLIENT, INSIDE] = ["/js/app.js", "/js/inside.js"];
const PRELOAD = '<link rel="modulepreload" href="';
/** What a template of the page names; nothing of it is asked for until a script takes it out. */
const template = (id) => page.split(`<template id="${id}">`)[1].split("</template>")[0];
const preloaded = (id) => template(id).split(PRELOAD).slice(1).map((rest) => rest.split('"')[0]);
const lines = (paths) => paths.map((path) => `${PRELOAD}${path}">`).join("\n");

test("the page names every module of its graph, so that all are asked for at once when the landing page is painted, and no other", () => {
  assert.deepEqual(entry.flatMap((path) => [...graph(path)]), ["/js/start.js"], "what runs until then is one small file");
  const wanted = [...graph(CLIENT)].toSorted();
  assert.deepEqual(preloaded("client"), wanted, `the template "client" of static/index.html should have\n${lines(wanted)}`);
  assert.equal(head.replace(template("client"), "").includes("modulepreload"), false, "nothing is asked for before");
});

test("what lies behind the sign-in is named apart, and is not part of the first load", () => {
  const first = graph(CLIENT);
  const wanted = [...graph(INSIDE)].filter((path) => !first.has(path)).toSorted();
  assert.deepEqual(preloaded("inside"), wanted, `the template "inside" of static/index.html should have\n${lines(wanted)}`);
  assert.ok(wanted.includes(INSIDE) && wanted.includes("/js/views/chat.js") && wanted.includes("/js/actions/chat.js"));
});

const textOf = (markup) => [...markup.matchAll(/>([^<>]*[^<>\s][^<>]*)</g)].map(([, text]) => text.trim());

test("what holds up the first paint is little", () => {
  const styles = [...head.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, path]) => path);
  const scripts = [...head.matchAll(/<script src="([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual([styles.length, scripts], [4, ["/js/first.js"]]);
  const bytes = ["/index.html", ...styles, ...scripts].reduce((sum, path) => sum + gzipSync(read(path)).length, 0);
  console.log(`first paint: ${styles.length + scripts.length + 1} files, ${(bytes / 1024).toFixed(1)} KiB compressed`);
  assert.ok(bytes <= FIRST_PAINT_BYTES);
});

test("the page begins with the words of the landing page, in every language", () => {
  const others = ["account.language", "account.as_browser"];
  for (const language of Object.keys(LANGUAGES)) {
    const table = tableOf(language);
    const [, part] = body.split(`<div class="landing-words" lang="${language}">`);
    assert.ok(part, `${language} has its part of the page`);
    const { picture, ...words } = table.landing;
    const shown = textOf(`>${part.split("</select>")[0]}</select>`);
    assert.deepEqual(shown, [...Object.values(words), ...others.map((key) => table.account[key.split(".")[1]]), ...Object.values(LANGUAGES)]);
    assert.match(read("/css/landing.css").toString(), new RegExp(`:root:lang\\(${language}\\) .*:lang\\(${language}\\)`));
    if (language === "en") assert.ok(body.includes(`aria-label="${picture}"`));
  }
});

/** A page as far as `first.js` needs one. */
function documentOf(documentElement) {
  const asked = [];
  return { documentElement, asked, head: { append: (links) => asked.push(links) }, getElementById: (id) => ({ content: { cloneNode: () => id } }) };
}

test("what runs before the first paint decides as the modules do", () => {
  const hashes = ["", "#", "#/", "#/landing", "#/signup", "#/login", "#/wait", "#/conversations", "#/account/x", "#/profile", "#/room", "#/room/", "#/room/1", "#/signups"];
  const choices = [{}, { "webchat.theme": "dark", "webchat.language": "vi" }, { "webchat.theme": "other", "webchat.language": "tlh" }];
  const tags = [["de-AT", "en"], ["fr", "vi-VN"], ["fr"], []];
  for (const hash of hashes) for (const kept of choices) for (const languages of tags) for (const was of [false, true]) {
    const memory = new Map(Object.entries(was ? { ...kept, "webchat.signed-in": "yes" } : kept));
    const localStorage = { getItem: (name) => memory.get(name) ?? null };
    const documentElement = { dataset: {}, lang: "en" };
    const document = documentOf(documentElement);
    runInNewContext(read("/js/first.js").toString(), { document, localStorage, navigator: { languages }, location: { hash } });
    globalThis.localStorage = localStorage;
    const { theme, begins } = documentElement.dataset;
    const why = JSON.stringify({ hash, kept, languages, was });
    assert.equal(theme ?? null, chosenTheme(), why);
    assert.equal(documentElement.lang, chosenLanguage() ?? bestLanguage(languages), why);
    assert.equal(begins === "landing", parseRoute(hash).screen === "landing" && !wasSignedIn(), why);
    assert.equal(document.asked.length, begins === "landing" ? 0 : 1, "where nothing is painted before the client, its files are asked for");
  }
});

test("where site data is blocked, the page begins with the landing page, and remembers choices for as long as it is open", () => {
  const blocked = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const documentElement = { dataset: {}, lang: "en" };
  const surroundings = { document: documentOf(documentElement), navigator: { languages: ["de"] }, location: { hash: "" } };
  runInNewContext(read("/js/first.js").toString(), Object.defineProperty(surroundings, "localStorage", { get: blocked }));
  assert.deepEqual({ ...documentElement.dataset, lang: documentElement.lang }, { begins: "landing", lang: "de" });
  Object.defineProperty(globalThis, "localStorage", { get: blocked, configurable: true });
  assert.equal(chosenTheme(), null);
  keepTheme("dark");
  assert.equal(chosenTheme(), "dark");
  keepTheme(null);
  assert.equal(chosenTheme(), null);
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
  const named = [...page.replace(template("inside"), "").matchAll(/(?:href|src)="(\/[^"]+\.(?:js|css|svg))"/g)].map(([, path]) => path);
  const sizesOf = (paths) => [...new Set(paths)].map((path) => [path, gzipSync(read(path)).length]);
  const sum = (sizes) => sizes.reduce((total, [, bytes]) => total + bytes, 0);
  const sizes = sizesOf([...named, "/index.html", "/locales/en.json"]);
  const total = sum(sizes);
  console.log(`behind the sign-in: ${(sum(sizesOf(preloaded("inside"))) / 1024).toFixed(1)} KiB compressed`);
  console.log(`first load: ${sizes.length} files, ${(total / 1024).toFixed(1)} KiB compressed of ${FIRST_LOAD_BYTES / 1024}`);
  assert.ok(total <= FIRST_LOAD_BYTES, sizes.toSorted(([, a], [, b]) => b - a).slice(0, 10).join("\n"));
});
