/**
 * The answer to the question at the end. It is given once, and sent until the server has it or the question is closed.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../models/vote.js").Given} Given
 */
import { ApiError } from "../api.js";
import { isSettled, meaningOf, withVote } from "../models/vote.js";
import { changeChat } from "./current-chat.js";

const AGAIN_MS = 3_000;

/** The next try, by room. @type {Map<string, ReturnType<typeof setTimeout>>} */
const planned = new Map();

/** @param {Context} context @param {import("../types.js").Vote} response */
export async function vote(context, response) {
  const { chat } = context.store.state;
  if (!chat || chat.voteBusy) return;
  put(context, chat.roomId, { response, failed: false });
  await context.dispatch("saveVote", chat.roomId);
}

/** There is a connection, for the first time or again: an older request may hang until the question is closed. @param {Context} context */
export async function saveVotes({ store, dispatch }) {
  await Promise.all(Object.keys(store.state.votes).map((roomId) => dispatch("saveVote", roomId)));
}

/** The same answer again changes nothing, so it may be under way already. @param {Context} context @param {string} roomId */
export async function saveVote(context, roomId) {
  const { store, api, dispatch } = context;
  const given = store.state.votes[roomId];
  if (given === undefined) return;
  try {
    const status = await api.request("POST", `/simple-countdown/response/${roomId}`, { response: given.response });
    await dispatch("statusRead", { status, live: true });
    settle(context, status);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (store.state.votes[roomId]?.response !== given.response) return; // it is saved, or another one was given
    const meaning = meaningOf(error);
    if (meaning === "again") return putOff(context, roomId, given);
    if (meaning === "refused") put(context, roomId, null);
    if (meaning === "refused") throw error;
    if (store.state.chat?.roomId === roomId) await dispatch("loadStatus");
    put(context, roomId, null);
  }
}

/** Without a connection, the next one brings it up again. @param {Context} context @param {string} roomId @param {Given} given */
function putOff(context, roomId, given) {
  const { store, dispatch } = context;
  put(context, roomId, { ...given, failed: true });
  clearTimeout(planned.get(roomId));
  planned.set(roomId, setTimeout(() => store.state.links.notifications.state === "online" && dispatch("saveVote", roomId), AGAIN_MS));
}

/**
 * What a status of the room says of an answer that was on its way.
 * @param {Context} context
 * @param {import("../types.js").Status} status
 */
export function settle(context, status) {
  const { room_id: roomId, my_response, reason } = status;
  if (context.store.state.votes[roomId] === undefined || !isSettled(status)) return;
  if (my_response === null && reason === "not_kept") changeChat(context, roomId, () => ({ voteLate: true }));
  put(context, roomId, null);
}

/** @param {Context} context @param {string} roomId @param {Given|null} given */
function put({ store }, roomId, given) {
  store.update({ votes: withVote(store.state.votes, roomId, given) });
}
