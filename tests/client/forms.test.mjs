import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "./support/english.mjs";
import { fieldWords, wordsFor } from "../../static/js/models/problem.js";
import { suggestedNames } from "../../static/js/models/suggestion.js";
import {
  emptyProfile, languageLabel, missing, optionLabel, profileFromForm, readAnew, tidied, withAnswers, withChanges, wouldHelp,
} from "../../static/js/models/profile.js";
import { uuid7 } from "../../static/js/models/uuid7.js";

const problem = (fields) => ({ status: 422, code: "validation_failed", detail: "", errors: [], retryAfterS: null, ...fields });
const UNKNOWN = "Something went wrong. Please try again.";
/** A source of the server. @param {string} path */
const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("a profile is complete with a display name, a gender and one interest", () => {
  const complete = { ...emptyProfile(), display_name: "Ada", gender: "woman", interests: ["hiking"] };
  assert.deepEqual(missing(complete), []);
  assert.deepEqual(missing({ ...complete, display_name: " " }), ["display_name"]);
  assert.deepEqual(missing({ ...complete, gender: null }), ["gender"]);
  assert.deepEqual(missing({ ...complete, interests: [] }), ["interests"]);
  assert.deepEqual(missing(emptyProfile()), ["display_name", "gender", "interests"]);
});

test("a form that asks for some of a profile changes that alone, also where nothing of it is chosen any more", () => {
  const typed = { ...emptyProfile(), display_name: "Ada", gender: "woman", interests: ["chess"], bio: "Rivers.", preferred_genders: ["man"], age_min: 25 };
  const form = new FormData();
  form.append("gender", "other");
  assert.deepEqual(withAnswers(typed, ["gender"], form), { ...typed, gender: "other" });
  assert.deepEqual(withAnswers(typed, ["gender", "interests"], form), { ...typed, gender: "other", interests: [] });
});

test("what is not needed would still help, and is told as long as it is not there", () => {
  const complete = { ...emptyProfile(), display_name: "Ada", gender: "woman", interests: ["hiking"] };
  assert.deepEqual(wouldHelp(complete), ["languages", "looking_for", "bio"]);
  assert.deepEqual(wouldHelp({ ...complete, languages: ["en"], looking_for: ["advice"], bio: "Hello" }), []);
});

test("of a form, what was changed in it goes onto the profile as it is by now, and nothing else", () => {
  const before = { ...emptyProfile(), display_name: "Ada", bio: "old", interests: ["hiking", "music"], age_min: 20 };
  const fresh = { ...before, bio: "written elsewhere", interests: ["music", "chess"], age_max: 40 };
  const form = { ...before, interests: ["cooking", "hiking"], age_min: 25, gender: "woman" };
  assert.deepEqual(withChanges(fresh, before, form), {
    ...emptyProfile(), display_name: "Ada", bio: "written elsewhere", gender: "woman", interests: ["chess", "cooking"], age_min: 25, age_max: 40,
  });
  const emptied = withChanges({ ...fresh, age_min: 30 }, before, { ...before, bio: "", age_min: null });
  assert.deepEqual([emptied.bio, emptied.age_min], ["", null], "what was emptied is empty");
  const untouched = withChanges(fresh, emptyProfile(), profileFromForm(new FormData()));
  assert.deepEqual(untouched, fresh, "an empty field of a form is no change of one that was empty");
});

test("a profile that is read anew keeps what is typed and not saved", () => {
  const before = { ...emptyProfile(), bio: "old" };
  const fresh = { ...before, age_min: 30 };
  assert.deepEqual(readAnew({ profile: before, draft: null }, fresh), { profile: fresh, draft: null });
  assert.deepEqual(readAnew({ profile: before, draft: { ...before, bio: "typed" } }, fresh), { profile: fresh, draft: { ...fresh, bio: "typed" } });
});

test("names are suggested that the server takes, from all of the words", () => {
  const least = suggestedNames(() => 0);
  assert.deepEqual(least, { username: "amber-badger-0000", display_name: "Amber Badger" });
  assert.deepEqual(suggestedNames(() => 1 - Number.EPSILON), { username: "witty-wren-9999", display_name: "Witty Wren" });
  let turn = 0;
  const some = Array.from({ length: 1_000 }, () => suggestedNames(() => (turn = (turn + 0.618034) % 1)));
  for (const { username } of some) assert.match(username, /^[a-z][a-z0-9._-]{2,31}$/);
});

test("an empty form is a profile without wishes", () => {
  assert.deepEqual(profileFromForm(new FormData()), { ...emptyProfile(), display_name: "", bio: "" });
});

test("the form's choices become lists and its ages numbers", () => {
  const form = new FormData();
  form.append("display_name", "  Ada ");
  form.append("interests", "hiking");
  form.append("interests", "music");
  form.append("age_min", "25");
  const profile = profileFromForm(form);
  assert.equal(profile.display_name, "  Ada ", "what is being typed is left alone");
  assert.equal(tidied(profile).display_name, "Ada");
  assert.deepEqual(profile.interests, ["hiking", "music"]);
  assert.equal(profile.age_min, 25);
  assert.equal(profile.age_max, null);
});

test("options are shown in words, and languages by their names", () => {
  assert.equal(optionLabel("board_games"), "Board games");
  assert.equal(languageLabel("de"), "German");
  assert.equal(languageLabel("Klingon"), "Klingon");
});

test("a problem's fields are told beside the fields", () => {
  const errors = [{ field: "password", code: "too_short", detail: "Said by the server." }];
  assert.deepEqual(fieldWords(problem({ errors })), { password: "Use at least 8 characters." });
  assert.deepEqual(fieldWords(problem({ errors: [{ ...errors[0], code: "brand_new" }] })), { password: "Please check this." });
  assert.ok(fieldWords(problem({ status: 409, code: "username_taken" })).username);
  assert.ok(fieldWords(problem({ code: "too_young" })).date_of_birth);
});

test("a limit or an outage says when to try again", () => {
  assert.match(wordsFor(problem({ status: 429, retryAfterS: 12 })), /12 seconds/);
  assert.match(wordsFor(problem({ status: 503, retryAfterS: 1 })), /1 second/);
});

test("what there are no words for is told as unknown, and not in the server's own words", () => {
  assert.equal(wordsFor(problem({ code: "brand_new", detail: "Said by the server." })), UNKNOWN);
});

/** Codes that no person sees: the client does not do what they answer, or has an answer of its own. */
const UNSEEN = [
  "malformed_json", "profile_incomplete", "not_authenticated", "invalid_refresh_token", "foreign_origin", "avatar_not_found",
  "method_not_allowed", "unsupported_media_type", "range_not_satisfiable",
];

test("every code that the server can answer with is told in words of the person's language", () => {
  const codes = [...source("contract/src/problem.rs").matchAll(/^ {4}\w+ = "(\w+)", (\d+), "/gm)].map(([, code, status]) => ({ code, status: Number(status) }));
  assert.ok(codes.length > 30, "the codes are found");
  const untold = codes.filter((each) => wordsFor(problem({ ...each, detail: "Said by the server." })) === UNKNOWN);
  assert.deepEqual(untold.map(({ code }) => code), UNSEEN);
});

test("a picture that is refused says why", () => {
  const codes = [...source("media/src/image/refusal.rs").matchAll(/=> "(\w+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 5, "the codes are found");
  const told = [...codes, "incomplete"].map((code) => wordsFor(problem({ errors: [{ field: "file", code, detail: "Said by the server." }] })));
  const others = [UNKNOWN, wordsFor(problem({}))];
  assert.deepEqual(told.filter((words) => others.includes(words)), []);
  assert.equal(new Set(told).size, told.length, "each in words of its own");
});

test("a fault of any field is told in words of the person's language", () => {
  const faults = { new_password: "invalid_characters", bio: "invalid_characters", interests: "unknown_value", languages: "duplicate" };
  for (const [field, code] of Object.entries(faults)) {
    const words = fieldWords(problem({ errors: [{ field, code, detail: "Said by the server." }] }))[field];
    assert.ok(words !== "Said by the server." && words !== "Please check this.", `${field} ${code}: ${words}`);
  }
});

test("a client_id is a UUIDv7 that carries its time", () => {
  const id = uuid7(Date.parse("2026-01-01T12:00:00.000Z"), new Uint8Array(10).fill(0xff));
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll("-", "").slice(0, 12), 16), Date.parse("2026-01-01T12:00:00.000Z"));
  assert.ok(uuid7(1_000, new Uint8Array(10)) < uuid7(1_001, new Uint8Array(10)));
});
