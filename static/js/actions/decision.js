/**
 * The room's lifecycle as its member lives it: start, more time, leave, and what comes of it. The vote is in `voting.js`.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Status} Status
 */
import { ApiError } from "../api.js";
import { hearServerTime, phaseTotalMs, remainingMs, serverNowMs } from "../models/countdown.js";
import { ALL_CLOSED } from "../models/dialog.js";
import { changeRoom, isRunning, newerStatus } from "../models/room.js";
import { timeCallWords, timeToCall } from "../models/time-call.js";
import { meaningOf } from "../models/vote.js";
import { changeChat } from "./current-chat.js";
import { settle } from "./voting.js";

/** @param {Context} context */
export async function moreTime(context) {
  await ask(context, (roomId) => context.api.request("POST", `/simple-countdown/extend/${roomId}`));
}

/** @param {Context} context */
export async function startCountdown(context) {
  await ask(context, (roomId) => context.api.request("POST", `/simple-countdown/start/${roomId}`));
}

/**
 * @param {Context} context
 * @param {(roomId: string) => Promise<Status>} request
 */
async function ask(context, request) {
  const { chat } = context.store.state;
  if (!chat || chat.voteBusy) return;
  const { roomId } = chat;
  changeChat(context, roomId, () => ({ voteBusy: true }));
  try {
    await context.dispatch("statusRead", { status: await request(roomId), live: true });
  } catch (error) {
    if (!(error instanceof ApiError) || meaningOf(error) !== "moved_on") throw error;
    await context.dispatch("loadStatus");
    if (error.code === "extension_limit") throw error;
  } finally {
    changeChat(context, roomId, () => ({ voteBusy: false }));
  }
}

/** Leaving is for good, so it is asked first. @param {Context} context @param {boolean} leaving */
export function askLeave(context, leaving) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ leaving, emojis: false }));
}

/** The question stays until it is done: whoever sees it go has left. @param {Context} context */
export async function leaveRoom(context) {
  const { store, api, dispatch } = context;
  const { chat } = store.state;
  if (!chat || chat.leaveBusy) return;
  const { roomId } = chat;
  changeChat(context, roomId, () => ({ leaveBusy: true }));
  try {
    await api.request("POST", `/chat/rooms/${roomId}/leave`);
    changeChat(context, roomId, () => ({ leaving: false }));
  } finally {
    changeChat(context, roomId, () => ({ leaveBusy: false }));
  }
  if (store.state.chat?.roomId === roomId) await dispatch("loadStatus");
}

/** @param {Context} context */
export async function loadStatus({ store, api, dispatch }) {
  const roomId = store.state.chat?.roomId;
  if (!roomId) return;
  await dispatch("statusRead", { status: await api.request("GET", `/simple-countdown/status/${roomId}`), live: false });
}

/**
 * A reading of the room's status, from wherever. `live`: it tells of a change as it happens.
 * @param {Context} context
 * @param {{status: Status, live: boolean}} payload
 */
export function statusRead(context, { status: heard, live }) {
  const { store } = context;
  const { room_id: roomId } = heard;
  const before = store.state.chat?.roomId === roomId ? store.state.chat.status : null;
  store.update({ clock: hearServerTime(store.state.clock, heard.server_time, Date.now()) });
  changeChat(context, roomId, (chat) => {
    const status = newerStatus(chat.status, heard);
    const changed = chat.status !== null && (status.state !== chat.status.state || status.ends_at !== chat.status.ends_at);
    if (chat.status !== null && !changed) return { status };
    const asksNow = status.state === "notification" && chat.status?.state !== "notification";
    return {
      // The question comes before whatever lies over it.
      ...(asksNow ? ALL_CLOSED : {}),
      status,
      phaseTotalMs: phaseTotalMs(status, { seenFromStart: live && changed, createdAt: chat.room?.created_at ?? null }),
      keptJustNow: chat.keptJustNow || (changed && status.state === "kept"),
    };
  });
  settle(context, heard);
  const { chat, rooms } = store.state;
  if (chat?.roomId !== roomId || !chat.status) return;
  const { state, ends_at } = chat.status;
  // Whoever has deleted the account has left with it.
  if (before && before.state !== "ended" && state === "ended" && chat.status.reason === "left") context.dispatch("loadRoom", roomId);
  if (state === "ended") {
    context.dispatch("settleUnsent");
    context.dispatch("closeDraft", roomId);
  }
  if (rooms.some((room) => room.id === roomId && room.state !== state)) {
    store.update({ rooms: changeRoom(rooms, roomId, { state, ends_at, kept: state === "kept" }) });
  }
}

/** The time left, for those who do not see the clock. @param {Context} context */
export function callTime(context) {
  const { chat, clock } = context.store.state;
  if (!chat?.status) return;
  const { state: phase, ends_at } = chat.status;
  const leftMs = isRunning(chat.status) ? remainingMs(ends_at, serverNowMs(clock, Date.now())) : null;
  if (leftMs === null) return;
  const called = timeToCall(chat.timeCall, { phase, leftMs });
  const words = called === null ? chat.timeCall?.words ?? "" : timeCallWords(phase, called);
  changeChat(context, chat.roomId, () => ({ timeCall: { phase, leftMs, words } }));
}
