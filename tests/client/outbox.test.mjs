// Where there is no database, as here, the page alone keeps what is not sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { acknowledged, add, dropStored, failed, takenUp } from "../../static/js/models/unsent.js";
import { createOutbox } from "../../static/js/outbox.js";

const texts = async (outbox, user, room) => (await outbox.load(user, room)).map(({ text }) => text);

test("what the browser refuses to keep is held by room, for whoever comes back to it, until the server has it", async () => {
  const heard = [];
  const outbox = createOutbox((error) => heard.push(error !== null));
  assert.equal(outbox.holds(), false);
  const one = add([], { client_id: "a", text: "first" }, 1_000);
  const both = failed(add(one, { client_id: "b", text: "second" }, 2_000), "b", "Too long.");
  await outbox.save("ana", "room", [], one);
  await outbox.save("ana", "room", one, both);
  await outbox.save("ana", "other room", [], add([], { client_id: "c", text: "elsewhere" }, 3_000));
  assert.ok(heard.length > 0 && heard.every(Boolean), "the person is told");
  assert.deepEqual(await texts(outbox, "ana", "room"), ["first", "second"]);
  assert.deepEqual(takenUp([], await outbox.load("ana", "room")).map(({ state }) => state), ["sending", "failed"]);
  assert.deepEqual(await outbox.rooms("ana"), ["room", "other room"]);
  assert.deepEqual([await texts(outbox, "tom", "room"), await outbox.rooms("tom")], [[], []], "nobody else's");
  assert.equal(outbox.holds(), true);

  await outbox.save("ana", "room", both, dropStored(acknowledged(both, "a", 7), 7));
  assert.deepEqual(await texts(outbox, "ana", "room"), ["second"]);
  await outbox.keepOnly("tom");
  assert.deepEqual([await outbox.rooms("ana"), outbox.holds()], [[], false]);
});
