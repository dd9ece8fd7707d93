import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tableOf } from "./support/english.mjs";
import { alertsFrom, isTold, mayAsk, noticesStand, quiet } from "../../static/js/models/alerts.js";
import { icebreakerWords, reasonWords, saidReasons } from "../../static/js/models/match-reason.js";
import { textParts } from "../../static/js/models/text-links.js";
import { timeCallWords, timeToCall } from "../../static/js/models/time-call.js";
import { filterName, leavingOut, leftOutWords, mayRelax, relaxed } from "../../static/js/models/waiting.js";

const links = (text) => textParts(text).filter(({ href }) => href !== null).map(({ href }) => href);

test("an address of the web is a link, and nothing else is", () => {
  assert.deepEqual(links("see https://example.com/a?b=c#d and http://example.org"), ["https://example.com/a?b=c#d", "http://example.org/"]);
  const hostile = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "www.example.com",
    "https://", "http://[", "vbscript:x", "//example.com", "java\u0000script:alert(1)",
  ];
  for (const text of hostile) assert.deepEqual(links(text), [], text);
});

test("a link ends where the sentence or the bracket around it does", () => {
  assert.deepEqual(links("Look at https://example.com/a_(b)."), ["https://example.com/a_(b)"]);
  assert.deepEqual(links("(https://example.com/a), [https://example.com/b]"), ["https://example.com/a", "https://example.com/b"]);
  assert.deepEqual(links("https://example.com!?"), ["https://example.com/"]);
});

test("an apostrophe belongs to the address, and words that come without a space do not, unless one of its own marks leads to them", () => {
  const pieces = (text) => textParts(text).filter(({ href }) => href !== null).map((part) => part.text);
  for (const [text, address] of [
    ["see https://en.wikipedia.org/wiki/Schindler's_List.", "https://en.wikipedia.org/wiki/Schindler's_List"],
    ["'https://example.com/a'", "https://example.com/a"],
    ["看https://example.com/a。再见", "https://example.com/a"],
    ["https://example.com/a，还有", "https://example.com/a"],
    ["https://example.com看看", "https://example.com"],
    ["https://example.com에서", "https://example.com"],
    ["（https://example.com/a）", "https://example.com/a"],
    ["https://zh.wikipedia.org/wiki/北京 好", "https://zh.wikipedia.org/wiki/北京"],
    ["http://例え.jp/ページ。続き", "http://例え.jp/ページ"],
    ["https://example.org/Köln/vĩnh-long/путь", "https://example.org/Köln/vĩnh-long/путь"],
  ]) assert.deepEqual(pieces(text), [address], text);
});

test("no text, however it is written, takes long to read", () => {
  const longest = 4_000;
  const filled = (start, ...fillings) => (start + fillings.map((mark) => mark.repeat(longest / fillings.length)).join("")).slice(0, longest);
  const texts = [
    filled("http://x/", ")"), filled("http://x/", ".", "a", ")"), filled("http://x/", ".", ")"), filled("http://x/", ".)"), filled("http://x/", "(", ")"),
    filled("http://x/", "]", "}", ")"), filled("http://x/", "*"), filled("", "http://"), filled("", "http://a "), filled("", "http"), filled("http://x/", "看"),
    filled("http://x", "a看"), filled("http://", "a."), filled("http://", "[", "]"), filled("https://xn--", "a"),
  ];
  const started = performance.now();
  for (const text of texts) assert.equal(textParts(text).map((part) => part.text).join(""), text);
  // Some milliseconds; the slack is for a busy machine. What looks at all of it for each letter takes many seconds.
  assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`);
});

test("the pieces of a text are the text", () => {
  for (const text of ["", "plain", "a https://x.org b", "https://x.org", "https://x.org\n\nhttps://y.org.", "<b>https://x.org</b>"]) {
    assert.equal(textParts(text).map((part) => part.text).join(""), text);
  }
  assert.deepEqual(links('<a href="https://x.org/">x</a>'), ["https://x.org/"]);
});

test("the time is called out as a phase begins and at five minutes, one, half a one and ten seconds", () => {
  const called = [];
  let before = null;
  for (let leftMs = 300_000; leftMs > 0; leftMs -= 700) {
    const reading = { phase: "countdown", leftMs };
    const call = timeToCall(before, reading);
    if (call !== null) called.push(call);
    before = reading;
  }
  assert.deepEqual(called, [300_000, 60_000, 30_000, 10_000]);
  assert.equal(timeToCall(before, { phase: "notification", leftMs: 29_600 }), 30_000, "a new phase is called as the clock shows it");
  assert.equal(timeToCall({ phase: "countdown", leftMs: 200_000 }, { phase: "countdown", leftMs: 9_000 }), 10_000, "after a sleep, the last one");
  assert.equal(timeToCall({ phase: "notification", leftMs: 8_000 }, { phase: "notification", leftMs: 28_000 }), null, "more time");
  assert.equal(timeToCall(null, { phase: "countdown", leftMs: 0 }), null);
  assert.match(timeCallWords("countdown", 300_000), /5 min left/);
  assert.match(timeCallWords("notification", 30_000), /30 sec left to decide/);
});

test("a wish is given up by itself, the rest of the profile stays", () => {
  const profile = {
    display_name: "Ada", bio: null, interests: ["chess"], looking_for: [], languages: ["en"], gender: "woman",
    preferred_genders: ["man"], age_min: 30, age_max: 40, more: "that the route would refuse",
  };
  const { more: _, ...form } = profile;
  assert.deepEqual(relaxed(profile, "gender"), { ...form, preferred_genders: [] });
  assert.deepEqual(relaxed(profile, "age"), { ...form, age_min: null, age_max: null });
  assert.deepEqual(["gender", "age", "age_group"].map(mayRelax), [true, true, false]);
  assert.equal(filterName("age"), "Age");
  assert.equal(filterName("brand_new"), "brand new");
});

test("whom a wish leaves out is counted, or said to be withheld where few wait", () => {
  const gender = { name: "gender", excluded: 15 };
  const few = { name: "age", excluded: 0, withheld: true };
  const none = { name: "language", excluded: 0 };
  assert.deepEqual(leavingOut({ state: "waiting", filters: [gender, few, none] }), [gender, few]);
  assert.deepEqual(leavingOut({ state: "waiting", filters: [{ ...none, withheld: true }] }), [], "nobody can give that up");
  assert.deepEqual(leavingOut({ state: "waiting" }), []);
  assert.match(leftOutWords(gender), /leaves out about 15 people/);
  assert.match(leftOutWords(few), /^Age: your wish may leave out people/);
});

test("the reasons of a match are said in the person's language, and those that are not known in the server's words", () => {
  const frames = JSON.parse(readFileSync(new URL("../../contract/golden/notifications_server_frames.json", import.meta.url), "utf8"));
  const [reason] = frames.find(({ type }) => type === "match_found").reasons;
  assert.equal(reasonWords(reason), "You both like: Hiking");
  assert.equal(reasonWords({ code: "shared_languages", values: ["en", "vi"], text: "" }), "You both speak: English and Vietnamese");
  assert.equal(
    reasonWords({ code: "alike_bios", values: ["word_llama"], text: "" }), "You describe yourselves alike (by meaning)",
  );
  assert.equal(reasonWords({ code: "brand_new", values: [], text: "You both laugh." }), "You both laugh");
});

test("where interests are shared it is not said that they are alike, and elsewhere it is, with how that is known", () => {
  const alike = { code: "alike_interests", values: ["hashed_ngrams"], text: "" };
  const shared = { code: "shared_interests", values: ["hiking"], text: "" };
  const bios = { code: "alike_bios", values: ["word_llama"], text: "" };
  assert.deepEqual(saidReasons([shared, alike, bios]), [shared, bios]);
  assert.deepEqual(saidReasons([alike, bios]), [alike, bios]);
  assert.equal(reasonWords(alike), "Your interests are alike (by spelling)");
});

test("the first question is asked in the person's language, and one that is not known in the server's words", () => {
  const frames = JSON.parse(readFileSync(new URL("../../contract/golden/notifications_server_frames.json", import.meta.url), "utf8"));
  const match = frames.find(({ type }) => type === "match_found");
  assert.equal(icebreakerWords(match), "Which hike would you do again tomorrow?");
  assert.equal(icebreakerWords({ ...match, icebreaker_topic: "brand_new" }), match.icebreaker);
  assert.equal(icebreakerWords({ ...match, icebreaker_topic: undefined }), match.icebreaker, "an older match says no topic");
  assert.equal(icebreakerWords({ ...match, icebreaker: null }), null);
});

test("every first question of the server has its words, and in English the very same", () => {
  const [source] = readFileSync(new URL("../../domain/src/matching/icebreaker.rs", import.meta.url), "utf8").split("#[cfg(test)]");
  const asked = [...source.matchAll(/\(\s*"(\w+)",\s*"([^"]+)",?\s*\)/g)].map(([, topic, words]) => [topic, words]);
  assert.ok(asked.length > 40);
  assert.deepEqual(Object.fromEntries(asked), tableOf("en").icebreaker);
});

test("alerts are offered once, and not before the person has said something", () => {
  assert.equal(mayAsk(quiet(), false), false);
  assert.equal(mayAsk(quiet(), true), true);
  assert.equal(mayAsk({ ...quiet(), asked: true }, true), false);
  assert.deepEqual(alertsFrom(null), quiet());
  assert.deepEqual(alertsFrom('{"asked":tr'), quiet(), "what is spoilt is asked for again");
  assert.deepEqual(alertsFrom('{"asked":true,"sound":"yes","notices":true}'), { asked: true, sound: false, notices: true });
});

test("a notification has something to say until its conversation is read, or its meeting is over", () => {
  const told = (fields) => isTold([{ id: "one", state: "countdown", unread_count: 0, last_message: { seq: 3 }, ...fields }], "one");
  assert.equal(told({}), true, "what was said is read");
  assert.equal(told({ unread_count: 1 }), false);
  for (const state of ["idle", "countdown", "notification"]) assert.equal(told({ state, last_message: null }), false, "somebody waits there");
  for (const state of ["kept", "ended"]) assert.equal(told({ state, last_message: null }), true);
  assert.equal(isTold([], "one"), false, "nothing is known of it");
});

test("the system's notifications are on where the person and the browser want them", () => {
  const wanted = { ...quiet(), asked: true, notices: true };
  assert.equal(noticesStand(wanted, "granted"), "on");
  assert.equal(noticesStand({ ...wanted, notices: false }, "granted"), "off");
  assert.equal(noticesStand(wanted, "default"), "off", "what was allowed may be taken back in the browser");
  assert.equal(noticesStand(wanted, "denied"), "denied");
  assert.equal(noticesStand(wanted, "missing"), "missing");
});
