/**
 * What is not sent in rooms that are not on screen: it goes out all the same, by requests, for nobody is connected there.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../models/unsent.js").Unsent} Unsent
 */
import { ApiError } from "../api.js";
import * as unsent from "../models/unsent.js";
import { sendByRequest } from "./by-request.js";

const AGAIN_MS = 3_000;

/** Rooms that are being seen to, and whether there is more to do by now. @type {Map<string, boolean>} */
const busy = new Map();

/** There is a connection, for the first time or again: in every room whatever this page or another has left. @param {Context} context */
export async function sendKept(context) {
  const { user } = context.store.state;
  for (const roomId of user ? await context.outbox.rooms(user.id) : []) await again(context, roomId);
  await lookAgain(context);
}

/** The list is looked at: what it says is not sent, another tab may have sent or removed. @param {Context} context */
export async function lookAgain(context) {
  for (const roomId of Object.keys(context.store.state.notSent)) await again(context, roomId);
}

/**
 * Sends what waits in one room, in its order, and marks the room in the list until it is through. Once the room is on
 * screen it sends for itself.
 * @param {Context} context
 * @param {{roomId: string, entries: Unsent[]}} left `entries`: as they were when the room was left
 */
export async function sendElsewhere(context, { roomId, entries }) {
  const { store, outbox } = context;
  const { user } = store.state;
  if (!user) return;
  if (busy.has(roomId)) return void busy.set(roomId, true);
  const isWanted = () => store.state.user?.id === user.id && store.state.chat?.roomId !== roomId;
  busy.set(roomId, false);
  try {
    let now = unsent.takenUp(entries, await outbox.load(user.id, roomId));
    if (isWanted()) mark(context, roomId, now);
    for (let next = first(now); next && isWanted(); next = first(now)) {
      const after = await sent(context, roomId, now, next);
      if (!isWanted()) return;
      outbox.save(user.id, roomId, now, after);
      now = after;
      mark(context, roomId, now);
    }
  } catch (error) {
    if (!(error instanceof ApiError && willPass(error))) throw error;
    // The list says that it is not sent yet. Without a connection, the next one brings it up again.
    setTimeout(() => isWanted() && store.state.links.notifications.state === "online" && again(context, roomId), AGAIN_MS);
  } finally {
    const isMore = busy.get(roomId);
    busy.delete(roomId);
    if (isMore && isWanted()) again(context, roomId);
  }
}

/** @param {Context} context @param {string} roomId */
function again({ dispatch }, roomId) {
  return dispatch("sendElsewhere", { roomId, entries: [] });
}

/** @param {Unsent[]} entries */
function first(entries) {
  return unsent.unsettled(entries)[0];
}

/** @param {ApiError} error */
function willPass(error) {
  return error.status === 0 || unsent.passes(error.code);
}

/** @param {Context} context @param {string} roomId @param {Unsent[]} entries @param {Unsent} entry @returns {Promise<Unsent[]>} */
async function sent({ api, dispatch }, roomId, entries, entry) {
  const answer = await sendByRequest(api, roomId, entry);
  if ("problem" in answer) return unsent.lost(entries, entry.client_id, answer.problem, answer.gone);
  const { message } = answer;
  dispatch("roomTouched", { roomId, fields: { last_message: message } });
  return unsent.heldElsewhere(unsent.acknowledged(entries, entry.client_id, message.seq), Date.now());
}

/** @param {Context} context @param {string} roomId @param {Unsent[]} entries */
function mark({ store }, roomId, entries) {
  const { [roomId]: _, ...others } = store.state.notSent;
  const outlook = unsent.outlook(entries);
  store.update({ notSent: outlook === null ? others : { ...others, [roomId]: outlook } });
}
