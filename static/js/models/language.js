/**
 * The person's language: words by key, and how it writes numbers, times and lists. One language at a time is spoken;
 * its table is a file of `static/locales`.
 *
 * A message is a text with `{placeholders}`, or one text a plural form (`{"one": …, "other": …}`), chosen by `count`.
 *
 * @typedef {string|Record<string, string>} Text
 * @typedef {Record<string, Record<string, Text>>} Table the screens, and the messages of each
 */

/** The languages that there is a table for, each by its own name. @type {Record<string, string>} */
export const LANGUAGES = { en: "English", vi: "Tiếng Việt", de: "Deutsch" };

const FIRST = "en";

/** @type {{language: string, region: string, table: Table}} */
const spoken = { language: FIRST, region: FIRST, table: {} };

/**
 * Speaks this language from now on.
 * @param {string} language
 * @param {Table} table
 * @param {string} [region] the language as it is written where the person lives, for dates and times of day, and numbers
 */
export function speak(language, table, region = language) {
  Object.assign(spoken, { language, region, table });
}

/** The language that is spoken, as a BCP 47 tag. */
export function language() {
  return spoken.language;
}

/**
 * The first of the wanted languages that there is a table for, else English.
 * @param {readonly string[]} wanted BCP 47 tags, the dearest first
 */
export function bestLanguage(wanted) {
  const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? FIRST;
}

/** Whether the table has this message. @param {string} key */
export function has(key) {
  return find(key) !== undefined;
}

/** @param {string} key @returns {Text|undefined} */
function find(key) {
  const [screen, name] = key.split(".");
  return spoken.table[screen]?.[name];
}

/**
 * The words for a key, for example `t("app.unread", { count: 3 })`. Numbers are written as the language writes them.
 * @param {string} key screen and name
 * @param {Record<string, string|number>} [values] for the placeholders
 * @returns {string}
 */
export function t(key, values = {}) {
  return pieces(key, values).join("");
}

/**
 * The same, where a placeholder stands for a part of the page: the words in pieces, as a template takes them.
 * @param {string} key
 * @param {Record<string, unknown>} values
 * @returns {unknown[]}
 */
export function pieces(key, values) {
  const parts = form(key, values.count).split(/\{(\w+)\}/);
  return parts.map((part, index) => (index % 2 === 0 ? part : written(values[part], key, part)));
}

/** @param {string} key @param {unknown} count @returns {string} */
function form(key, count) {
  const text = find(key);
  if (text === undefined) throw new Error(`there are no words for ${key}`);
  if (typeof text === "string") return text;
  return text[new Intl.PluralRules(spoken.language).select(Number(count))] ?? text.other;
}

/** @param {unknown} value @param {string} key @param {string} name */
function written(value, key, name) {
  if (value === undefined) throw new Error(`${key} needs a value for {${name}}`);
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? isolated(value) : value;
}

/** Letters that are written from the right, and marks that change the direction. */
const TURNS = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ["\u2068", "\u2069"];

/** Other people's words within a sentence: their direction is theirs alone. @param {string} text */
function isolated(text) {
  if (!TURNS.test(text)) return text;
  // Its own isolates could end this one.
  return FIRST_STRONG_ISOLATE + text.replaceAll(/[\u2066-\u2069]/g, "") + POP_ISOLATE;
}

/** @param {number} value */
export function formatNumber(value) {
  return new Intl.NumberFormat(spoken.region).format(value);
}

/** Hours and minutes. @param {Date} at */
export function formatTime(at) {
  return dates({ timeStyle: "short" }).format(at);
}

/** A day, with its weekday: for a conversation's days. @param {Date} at @param {number} nowMs */
export function formatDay(at, nowMs) {
  return dates({ weekday: "long", day: "numeric", month: "long", ...yearOf(at, nowMs) }).format(at);
}

/** A day of a list, short. @param {Date} at @param {number} nowMs */
export function formatShortDay(at, nowMs) {
  return dates({ day: "numeric", month: "short", ...yearOf(at, nowMs) }).format(at);
}

/** Of this year nobody says it. @param {Date} at @param {number} nowMs @returns {Intl.DateTimeFormatOptions} */
function yearOf(at, nowMs) {
  return at.getFullYear() === new Date(nowMs).getFullYear() ? {} : { year: "numeric" };
}

/** A day and its time: when something was done. @param {Date} at */
export function formatMoment(at) {
  return dates({ dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** A format takes longer to make than a whole log to draw. @type {Map<string, Intl.DateTimeFormat>} */
const made = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function dates(options) {
  const key = JSON.stringify([spoken.region, options]);
  const format = made.get(key) ?? new Intl.DateTimeFormat(spoken.region, options);
  made.set(key, format);
  return format;
}

/** How long ago, or how soon: “yesterday”, “in 2 hours”. @param {number} ms negative for the past */
export function formatRelative(ms) {
  const relative = new Intl.RelativeTimeFormat(spoken.language, { numeric: "auto" });
  const [unit, length] = UNITS.find(([, each]) => Math.abs(ms) >= each) ?? UNITS[UNITS.length - 1];
  return relative.format(Math.trunc(ms / length), unit);
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]];

/** A length of time: “1 min, 5 sec”. @param {number} ms */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  /** @param {number} value @param {"minute"|"second"} unit */
  const amount = (value, unit) =>
    new Intl.NumberFormat(spoken.language, { style: "unit", unit, unitDisplay: "short" }).format(value);
  if (seconds < 60) return amount(seconds, "second");
  const parts = [amount(Math.floor(seconds / 60), "minute"), amount(seconds % 60, "second")];
  return parts.slice(0, seconds % 60 === 0 ? 1 : 2).join(" ");
}

/** “Music, hiking and chess”. @param {string[]} items */
export function formatList(items) {
  return new Intl.ListFormat(spoken.language, { type: "conjunction" }).format(items);
}

/** The name of a language, in the language that is spoken. @param {string} code */
export function languageName(code) {
  return new Intl.DisplayNames([spoken.language], { type: "language" }).of(code) ?? code;
}
