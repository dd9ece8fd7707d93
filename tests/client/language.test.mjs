import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { tableOf } from "./support/english.mjs";
import {
  bestLanguage, formatDay, formatDuration, formatList, formatRelative, formatShortDay, formatTime, LANGUAGES, pieces, speak, t,
} from "../../static/js/models/language.js";

const client = new URL("../../static/js/", import.meta.url);
const english = tableOf("en");
const tables = Object.fromEntries(Object.keys(LANGUAGES).map((language) => [language, tableOf(language)]));

/** Every message of a table: its key, and its text or its plural forms. @returns {[string, string|Record<string, string>][]} */
const messages = (table) =>
  Object.entries(table).flatMap(([screen, texts]) => Object.entries(texts).map(([name, text]) => [`${screen}.${name}`, text]));

const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
const forms = (text) => (typeof text === "string" ? [text] : Object.values(text));

/** What the client's sources say literally. */
const sources = readdirSync(client, { recursive: true }).filter((path) => path.endsWith(".js"))
  .map((path) => readFileSync(new URL(path, client), "utf8")).join("\n");

test("every language has the same messages, with the same placeholders", () => {
  for (const [language, table] of Object.entries(tables)) {
    assert.deepEqual(messages(table).map(([key]) => key), messages(english).map(([key]) => key), language);
    for (const [key, text] of messages(table)) {
      const [screen, name] = key.split(".");
      const wanted = placeholders(forms(english[screen][name]).at(-1));
      for (const form of forms(text)) {
        assert.ok(form.trim().length > 0, `${language} ${key} says something`);
        assert.deepEqual(placeholders(form), wanted, `${language} ${key}`);
      }
    }
  }
});

test("a plural has the forms of its language, and no others", () => {
  for (const [language, table] of Object.entries(tables)) {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [key, text] of messages(table)) {
      if (typeof text === "string") continue;
      assert.deepEqual(Object.keys(text).toSorted(), wanted, `${language} ${key}`);
    }
  }
});

test("every message that a source names is there", () => {
  const named = [...sources.matchAll(/(?<!\.)\b(?:t|pieces|has)\(\s*"([\w.]+)"/g)].map(([, key]) => key);
  assert.ok(named.length > 10);
  const known = new Set(messages(english).map(([key]) => key));
  assert.deepEqual(named.filter((key) => !known.has(key)), []);
});

test("no message is there for nothing", () => {
  const dynamic = [...sources.matchAll(/[`"](\w+\.\w*)\$\{/g)].map(([, start]) => start);
  const isUsed = (key) => sources.includes(`"${key}"`) || dynamic.some((start) => key.startsWith(start));
  assert.deepEqual(messages(english).map(([key]) => key).filter((key) => !isUsed(key)), []);
});

test("the browser's languages choose, and English stands in for those that there are no words for", () => {
  assert.equal(bestLanguage(["fr-CA", "vi-VN", "en"]), "vi");
  assert.equal(bestLanguage(["de-AT"]), "de");
  assert.equal(bestLanguage(["fr", "tlh"]), "en");
  assert.equal(bestLanguage([]), "en");
});

test("a message takes its values, its plural and its numbers as the language writes them", () => {
  const table = { cup: { full: { one: "{name} has {count} cup", other: "{name} has {count} cups" }, link: "Go {there} now" } };
  speak("en", table);
  assert.equal(t("cup.full", { name: "Ada", count: 1 }), "Ada has 1 cup");
  assert.equal(t("cup.full", { name: "Ada", count: 1_200 }), "Ada has 1,200 cups");
  assert.equal(t("cup.full", { name: "{count}", count: 0 }), "{count} has 0 cups", "a value is not read as a message");
  const there = { part: "of the page" };
  assert.deepEqual(pieces("cup.link", { there }), ["Go ", there, " now"]);
  assert.throws(() => t("cup.full", { count: 2 }), /name/);
  assert.throws(() => t("cup.empty"), /cup\.empty/);
  speak("de", table);
  assert.equal(t("cup.full", { name: "Ada", count: 1_200 }), "Ada has 1.200 cups");
});

test("lengths of time and lists are written as the language writes them", () => {
  speak("en", english);
  assert.equal(formatDuration(5_900), "5 sec");
  assert.equal(formatDuration(65_000), "1 min 5 sec");
  assert.equal(formatDuration(120_000), "2 min");
  assert.equal(formatRelative(-26 * 3_600_000), "yesterday");
  assert.equal(formatRelative(0), "now");
  assert.equal(formatList(["hiking", "music", "chess"]), "hiking, music, and chess");
  speak("de", tables.de);
  assert.equal(formatRelative(-3 * 60_000), "vor 3 Minuten");
  assert.equal(formatList(["Schach", "Musik"]), "Schach und Musik");
  speak("vi", tables.vi);
  assert.equal(formatRelative(-3 * 60_000), "3 phút trước");
});

test("times are written as where the person lives, in the words of the language", () => {
  const at = new Date(2026, 0, 2, 9, 5);
  speak("en", english, "en-GB");
  assert.equal(formatTime(at), "09:05");
  assert.match(t("app.unread", { count: 1 }), /1 unread/);
  speak("en", english, "en-US");
  assert.match(formatTime(at), /^9:05\sAM$/);
  speak("en", english);
});

test("a day of another year says which", () => {
  speak("en", english, "en-GB");
  const now = new Date(2026, 5, 1).getTime();
  assert.equal(formatDay(new Date(2026, 0, 2), now), "Friday 2 January");
  assert.equal(formatShortDay(new Date(2026, 0, 2), now), "2 Jan");
  assert.match(formatDay(new Date(2025, 0, 2), now), /^Thursday,? 2 January 2025$/);
  assert.equal(formatShortDay(new Date(2025, 0, 2), now), "2 Jan 2025");
  speak("en", english);
});

test("other people's words within a sentence turn nothing around them", () => {
  speak("en", { talk: { said: "{name}: {text}!" } });
  assert.equal(t("talk.said", { name: "Ada", text: "hello" }), "Ada: hello!", "where nothing turns, nothing is added");
  assert.equal(t("talk.said", { name: "\u05d3\u05e0\u05d4", text: "hello" }), "\u2068\u05d3\u05e0\u05d4\u2069: hello!");
  assert.equal(t("talk.said", { name: "Ada", text: "\u202egnp" }), "Ada: \u2068\u202egnp\u2069!");
  assert.equal(t("talk.said", { name: "Ada", text: "a\u2069\u202eb" }), "Ada: \u2068a\u202eb\u2069!", "nobody ends the isolation from within");
  speak("en", english);
});
