// What could not be sent, and what a sign-out takes away: nothing is lost by a press that does not say so.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/english.mjs";
import { askLogout } from "../../static/js/actions/account.js";
import { removeMessage } from "../../static/js/actions/sending.js";
import { settleUnsent } from "../../static/js/actions/settling.js";
import { ApiError } from "../../static/js/api.js";
import { emptyList } from "../../static/js/models/message-list.js";
import { add, failed } from "../../static/js/models/unsent.js";
import { createStore, initialState } from "../../static/js/store.js";

const file = (id) => ({ id, name: `${id}.txt`, size_bytes: 1, kind: "file", content_type: "text/plain", url: `/files/${id}` });
const MESSAGE = { client_id: "m", text: "first words", attachments: [file("a"), file("b")] };

function openPage(state, unsent) {
  const store = createStore({ ...initialState(0), session: "in", user: { id: "ann", username: "ann", display_name: "Ann" } });
  store.update({ chat: { roomId: "r", members: [], list: emptyList(), unsent, status: { state } } });
  const dispatched = [];
  const context = { store, outbox: { save() {} }, keptDrafts: { save() {}, holds: () => false }, dispatch: async (name) => void dispatched.push(name) };
  return { context, store, dispatched };
}

test("a message that is given up goes back to where it was written, unless something else is written there", () => {
  const { context, store } = openPage("countdown", failed(add([], MESSAGE, 1), "m", "One of its files is not there any more."));
  const { unsent } = store.state.chat;
  removeMessage(context, "m");
  const { text, uploads } = store.state.drafts.r;
  assert.deepEqual([text, uploads.map(({ id }) => id), store.state.chat.unsent], ["first words", ["a", "b"], []]);
  store.update({ drafts: { r: { text: "other words", uploads: [] } }, chat: { ...store.state.chat, unsent } });
  removeMessage(context, "m");
  assert.deepEqual([store.state.drafts.r.text, store.state.chat.unsent], ["other words", []]);
});

test("which of its files has gone is known as well where the server was asked by a request", async () => {
  const { context, store } = openPage("ended", add([], MESSAGE, 1));
  const errors = [{ field: "attachment_ids", code: "unknown_file", detail: "", values: ["b"] }];
  context.api = { request: () => Promise.reject(new ApiError({ status: 422, code: "validation_failed", detail: "", errors, retryAfterS: null })) };
  await settleUnsent(context);
  const [entry] = store.state.chat.unsent;
  assert.deepEqual([entry.state, entry.attachments.map(({ gone = false }) => gone)], ["failed", [false, true]]);
});

test("a sign-out asks for words that an earlier load of the page has kept, too", async () => {
  const { context, store, dispatched } = openPage("countdown", []);
  await askLogout(context);
  assert.deepEqual(dispatched, ["logout"]);
  context.keptDrafts.holds = () => true;
  await askLogout(context);
  assert.deepEqual([dispatched.length, store.state.account.leaving], [1, true]);
});
