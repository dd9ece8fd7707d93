import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/english.mjs";
import { draftOf, hasUnsent, isOccupied, isReady, withDraft } from "../../static/js/models/draft.js";
import * as uploads from "../../static/js/models/upload.js";
import { goneOf, wordsFor } from "../../static/js/models/problem.js";
import { add, keptForm, takenUp, withGone } from "../../static/js/models/unsent.js";
import { timeline } from "../../static/js/models/timeline.js";

const MB = 1024 * 1024;
const file = (fields = {}) => ({ name: "a.pdf", size: 1_000, type: "application/pdf", ...fields });
const attachment = (id) => ({ id, kind: "file", name: `${id}.pdf`, content_type: "application/pdf", size_bytes: 1_000, url: `/files/${id}` });

test("what is too large is said before it goes out", () => {
  assert.equal(uploads.faultOf(file({ size: 25 * MB })), null);
  assert.match(uploads.faultOf(file({ size: 25 * MB + 1 })), /25\sMB/);
  assert.equal(uploads.faultOf(file({ type: "image/png", size: 10 * MB })), null);
  assert.match(uploads.faultOf(file({ type: "image/png", size: 10 * MB + 1 })), /10\sMB/);
  assert.equal(uploads.faultOf(file({ type: "image/svg+xml", size: 11 * MB })), null, "a drawing is a file like any other");
  assert.ok(uploads.faultOf(file({ size: 0 })));
  assert.equal(uploads.begun([], file({ size: 30 * MB }), "x")[0].state, "failed");
});

test("the files of a message that was refused can go out with another one", () => {
  const again = uploads.restored([attachment("a"), { ...attachment("b"), kind: "image" }]);
  assert.deepEqual(again.map(({ state, isImage }) => [state, isImage]), [["done", false], ["done", true]]);
  assert.deepEqual(uploads.attachmentsOf(again).map(({ id }) => id), ["a", "b"]);
  assert.equal(isReady({ text: "", uploads: again }), true);
});

test("a file that has gone meanwhile is told from those that can go out again", () => {
  const message = { client_id: "m", text: "look", attachments: [attachment("a"), attachment("b")] };
  const problem = { status: 0, code: "validation_failed", detail: "", errors: [{ field: "attachment_ids", code: "unknown_file", detail: "", values: ["a"] }], retryAfterS: null };
  assert.match(wordsFor(problem), /not there any more/);
  const [failed] = withGone(add([], message, 1), "m", goneOf(problem));
  const [kept] = takenUp([], [JSON.parse(JSON.stringify(keptForm({ ...failed, problem: wordsFor(problem) })))]);
  for (const entry of [failed, kept]) {
    const again = uploads.restored(entry.attachments);
    assert.deepEqual(again.map(({ id, state, problem }) => [id, state, problem]), [["a", "failed", "This file is not there any more."], ["b", "done", null]]);
    assert.deepEqual(uploads.attachmentsOf(again).map(({ id }) => id), ["b"], "it does not go with it");
    assert.equal(isReady({ text: "look", uploads: again }), true);
  }
});

test("a picture that may say where it was made is told from a film before it goes out", () => {
  for (const picture of [{ name: "IMG_1.HEIC", type: "" }, { name: "a.dng", type: "image/x-adobe-dng" }, { name: "x", type: "image/tiff" }]) {
    assert.match(uploads.faultOf(file(picture)), /JPEG or PNG/);
  }
  for (const other of [{ name: "a.heic", type: "image/jpeg" }, { name: "a.mov", type: "video/quicktime" }, { name: "heic", type: "" }]) {
    assert.equal(uploads.faultOf(file(other)), null);
  }
});

test("a film is told from other files: it is sent with what it says of its place", () => {
  const isFilm = (fields) => uploads.begun([], file(fields), "x")[0].isFilm;
  const films = [
    { name: "holiday", type: "video/mp4" }, { name: "IMG_1.MOV", type: "" }, { name: "a.webm", type: "application/octet-stream" },
    { name: "a.mp4", type: "video/mp4" },
  ];
  const others = [
    { name: "a.pdf", type: "application/pdf" }, { name: "voice.webm", type: "audio/webm" }, { name: "mp4", type: "" },
    { name: "a.mp4.txt", type: "text/plain" }, { name: "a.mov", type: "image/jpeg" },
  ];
  assert.deepEqual([...films, ...others].map(isFilm), [true, true, true, true, false, false, false, false, false]);
  const [again] = uploads.restored([{ ...attachment("a"), name: "a.mp4", content_type: "video/mp4" }]);
  assert.equal(again.isFilm, true, "also where its message was refused");
});

test("a message goes out when none of its files is on its way any more", () => {
  let list = uploads.begun(uploads.begun([], file(), "a"), file({ size: 0 }), "b");
  assert.equal(isReady({ uploads: list, text: "words" }), false);
  list = uploads.progressed(list, "a", 500);
  assert.equal(uploads.fraction(list[0]), 0.5);
  assert.equal(uploads.fraction(uploads.progressed(list, "a", 5_000)[0]), 1);
  list = uploads.done(list, "a", attachment("one"));
  assert.equal(isReady({ uploads: list, text: "" }), true);
  assert.deepEqual(uploads.attachmentsOf(list), [attachment("one")], "what was refused does not go with it");
  list = uploads.without(list, "a");
  assert.equal(isReady({ uploads: list, text: " " }), false, "nothing is left to send");
  assert.equal(isReady({ uploads: uploads.failed(list, "b", "No."), text: "words" }), true);
});

test("a message takes ten files", () => {
  const ten = Array.from({ length: 10 }).reduce((list, _, index) => uploads.begun(list, file(), String(index)), []);
  assert.equal(uploads.room([]), 10);
  assert.equal(uploads.room(ten), 0);
});

test("files stay with their message until it is stored, also over a reload", () => {
  const entries = add([], { client_id: "c", text: "", attachments: [attachment("one")] }, 1_000);
  const [again] = takenUp([], entries.map(keptForm));
  assert.deepEqual(again.attachments, [attachment("one")]);
  assert.deepEqual(timeline([], entries, { me: "me", peerReadSeq: 0 })[0].attachments, [attachment("one")]);
  const { attachments: _, ...older } = keptForm(entries[0]);
  assert.deepEqual(takenUp([], [older])[0].attachments, [], "an older page kept none");
});

test("sizes are written as people read them", () => {
  assert.deepEqual([0, 512, 1_536, 20 * 1024, 1.45 * MB, 25 * MB].map(uploads.sizeWords).map((words) => words.replace("\u00a0", " ")),
    ["0 B", "512 B", "1.5 kB", "20 kB", "1.5 MB", "25 MB"]);
});

test("what is being written is kept by room, and nothing where there is nothing", () => {
  const begun = uploads.begun([], file(), "a");
  let drafts = withDraft(withDraft({}, "one", { text: "half a sen", uploads: [] }), "two", { text: "", uploads: begun });
  assert.equal(draftOf(drafts, "one").text, "half a sen");
  assert.equal(draftOf(drafts, "two").uploads, begun);
  drafts = withDraft(drafts, "one", { text: "", uploads: [] });
  assert.deepEqual(Object.keys(drafts), ["two"]);
  assert.deepEqual(draftOf(drafts, "one"), { text: "", uploads: [] });
});

test("who writes, sends files, reports somebody, fills in the profile or a form of the account is occupied", () => {
  const chat = { roomId: "one", peer: null, reportDetail: "" };
  const quietAccount = { typing: false, deleting: false };
  const at = (screen) => ({ route: { screen, roomId: null }, chat: null, drafts: {}, profile: { draft: null }, avatarEdit: null, account: quietAccount });
  const inRoom = (fields) => isOccupied({ ...at("room"), chat, ...fields });
  assert.equal(inRoom({}), false);
  assert.equal(inRoom({ drafts: { one: { text: " \n", uploads: [] } } }), false);
  assert.equal(inRoom({ drafts: { other: { text: "words", uploads: [] } } }), false, "elsewhere it is kept");
  assert.equal(inRoom({ drafts: { one: { text: "words", uploads: [] } } }), true);
  const over = { ...chat, status: { state: "ended" } };
  assert.equal(inRoom({ chat: over, drafts: { one: { text: "words", uploads: [] } } }), false, "what was left over is kept");
  assert.equal(inRoom({ drafts: { one: { text: "", uploads: uploads.begun([], file(), "a") } } }), true);
  assert.equal(inRoom({ chat: { ...chat, peer: {}, reportDetail: "he said" } }), true);
  assert.equal(isOccupied({ ...at("profile"), profile: { draft: {} } }), true);
  assert.equal(isOccupied({ ...at("wait"), profile: { draft: {} } }), false, "it is kept too");
  assert.equal(isOccupied(at("account")), false);
  assert.equal(isOccupied({ ...at("account"), account: { ...quietAccount, typing: true } }), true);
  assert.equal(isOccupied({ ...at("account"), account: { ...quietAccount, deleting: true } }), true);
  assert.equal(isOccupied({ ...at("wait"), account: { ...quietAccount, deleting: true } }), false, "the question waits there");
});

test("a sign-out loses what is not sent and what is being written, and nothing else is asked for", () => {
  const begunFile = uploads.begun([], file(), "a");
  assert.equal(hasUnsent({ notSent: {}, drafts: {} }), false);
  assert.equal(hasUnsent({ notSent: {}, drafts: { one: { text: " ", uploads: [] } } }), false);
  assert.equal(hasUnsent({ notSent: { one: "failed" }, drafts: {} }), true);
  assert.equal(hasUnsent({ notSent: {}, drafts: { one: { text: "words", uploads: [] } } }), true);
  assert.equal(hasUnsent({ notSent: {}, drafts: { one: { text: "", uploads: begunFile } } }), true);
});

test("of words that come with their picture the words are meant, of files that come with their names the files", () => {
  assert.equal(uploads.pastesFiles("", ["shot.png"]), true);
  assert.equal(uploads.pastesFiles("a\tb\r\n1\t2\r\n", ["image.png"]), false);
  assert.equal(uploads.pastesFiles("words", []), false);
  assert.equal(uploads.pastesFiles("notes.txt\rhike.jpg", ["notes.txt", "hike.jpg"]), true);
  assert.equal(uploads.pastesFiles("/home/ada/notes.txt", ["notes.txt"]), true);
  assert.equal(uploads.pastesFiles("notes.txt is what I mean", ["notes.txt"]), false);
});
