import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/english.mjs";
import { fieldWords, wordsFor } from "../../static/js/models/problem.js";
import {
  emptyProfile, languageLabel, missing, optionLabel, profileFromForm, tidied, wouldHelp,
} from "../../static/js/models/profile.js";
import { uuid7 } from "../../static/js/models/uuid7.js";

const problem = (fields) => ({ status: 422, code: "validation_failed", detail: "", errors: [], retryAfterS: null, ...fields });

test("a profile is complete with a display name, a gender and one interest", () => {
  const complete = { ...emptyProfile(), display_name: "Ada", gender: "woman", interests: ["hiking"] };
  assert.deepEqual(missing(complete), []);
  assert.deepEqual(missing({ ...complete, display_name: " " }), ["display_name"]);
  assert.deepEqual(missing({ ...complete, gender: null }), ["gender"]);
  assert.deepEqual(missing({ ...complete, interests: [] }), ["interests"]);
  assert.deepEqual(missing(emptyProfile()), ["display_name", "gender", "interests"]);
});

test("what is not needed would still help, and is told as long as it is not there", () => {
  const complete = { ...emptyProfile(), display_name: "Ada", gender: "woman", interests: ["hiking"] };
  assert.deepEqual(wouldHelp(complete), ["languages", "looking_for", "bio"]);
  assert.deepEqual(wouldHelp({ ...complete, languages: ["en"], looking_for: ["advice"], bio: "Hello" }), []);
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
  assert.deepEqual(fieldWords(problem({ errors: [{ ...errors[0], code: "brand_new" }] })), { password: "Said by the server." });
  assert.ok(fieldWords(problem({ status: 409, code: "username_taken" })).username);
  assert.ok(fieldWords(problem({ code: "too_young" })).date_of_birth);
});

test("a limit or an outage says when to try again", () => {
  assert.match(wordsFor(problem({ status: 429, retryAfterS: 12 })), /12 seconds/);
  assert.match(wordsFor(problem({ status: 503, retryAfterS: 1 })), /1 second/);
});

test("an unknown code falls back to what the server said", () => {
  assert.equal(wordsFor(problem({ code: "brand_new", detail: "Said by the server." })), "Said by the server.");
  assert.ok(wordsFor(problem({ code: "brand_new" })).length > 0);
});

test("a client_id is a UUIDv7 that carries its time", () => {
  const id = uuid7(Date.parse("2026-01-01T12:00:00.000Z"), new Uint8Array(10).fill(0xff));
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll("-", "").slice(0, 12), 16), Date.parse("2026-01-01T12:00:00.000Z"));
  assert.ok(uuid7(1_000, new Uint8Array(10)) < uuid7(1_001, new Uint8Array(10)));
});
