/**
 * What the room's socket says.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../types.js").Frame} Frame
 */
import { hearServerTime } from "../models/countdown.js";
import * as list from "../models/message-list.js";
import { goneOf, wordsFor } from "../models/problem.js";
import { statusOf } from "../models/room.js";
import * as unsent from "../models/unsent.js";
import { changeChat, held, unsentAfter } from "./current-chat.js";

/** A typing sign that is not renewed goes out by itself: its end may be lost. */
const TYPING_SHOWN_MS = 6_000;

/** @type {Record<string, (context: Context, roomId: string, frame: Frame) => unknown>} */
const handlers = { hello, message, ack, stored, typing, presence, read, room, error };

/** @param {Context} context @param {{roomId: string, frame: Frame}} payload */
export function chatFrame(context, { roomId, frame }) {
  const { store } = context;
  if (store.state.chat?.roomId !== roomId) return;
  if (frame.server_time) {
    store.update({ clock: hearServerTime(store.state.clock, frame.server_time, Date.now()) });
  }
  return handlers[frame.type]?.(context, roomId, frame);
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
async function hello(context, roomId, frame) {
  const { store, dispatch } = context;
  const before = store.state.chat;
  if (!before) return;
  const resumed = before.epoch === frame.epoch;
  const rewritten = before.epoch !== null && !(resumed && frame.recovered);
  changeChat(context, roomId, (chat) => ({
    epoch: frame.epoch,
    members: frame.room.members,
    storedSeq: frame.stored_seq,
    // Nothing answers a read mark: the gateway that took the last one may have died with it.
    saidReadSeq: 0,
    // The stream may have lost its tail: what is known of it may never have been stored, and its sequences are others' now.
    list: rewritten ? list.emptyList() : chat.list,
    unsent: rewritten ? unsent.rewound(chat.unsent) : unsent.unplaced(chat.unsent),
  }));
  await dispatch("peopleHeard", frame.room.members);
  await dispatch("statusRead", { status: statusOf({ server_time: frame.server_time, room_id: roomId, ...frame.room }), live: false });
  if (store.state.chat?.status?.state !== "ended") {
    dispatch("saveVotes");
    await dispatch("sendUnsent");
    await dispatch("takeUpKept", roomId);
  }
  const behind = list.lastSeq(before.list) < frame.last_seq;
  if (rewritten || !frame.recovered || (!resumed && behind)) await dispatch("syncHistory", roomId);
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function message(context, roomId, frame) {
  const { type: _, ...arrival } = frame;
  const received = /** @type {import("../types.js").Message} */ (arrival);
  const me = context.store.state.user?.id;
  changeChat(context, roomId, (chat) => ({
    list: heldNow(chat, list.receive(chat.list, received)),
    unsent: unsentAfter(chat, [received], me),
    typingUntilMs: received.sender_id === me ? chat.typingUntilMs : 0,
    said: received.sender_id === me ? chat.said : received,
    moment: chat.moment && received.sender_id === me,
  }));
  context.dispatch("roomTouched", { roomId, fields: { last_message: received } });
  const { chat } = context.store.state;
  if (chat && list.hasGap(chat.list)) return context.dispatch("syncHistory", roomId);
}

/** A page that is being read is to follow on what was there as it was asked for. @param {import("../store.js").Chat} chat @param {list.MessageList} messages */
function heldNow(chat, messages) {
  return chat.historyBusy ? messages : held(chat, messages);
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function ack(context, roomId, { client_id, seq, id, sent_at }) {
  const sender_id = context.store.state.user?.id ?? "";
  changeChat(context, roomId, (chat) => {
    const entry = chat.unsent.find((candidate) => candidate.client_id === client_id);
    if (!entry) return {};
    const { text, attachments } = entry;
    return {
      list: heldNow(chat, list.acknowledge(chat.list, { seq, id, client_id, room_id: roomId, sender_id, text, attachments, sent_at })),
      unsent: unsent.dropStored(unsent.acknowledged(chat.unsent, client_id, seq), chat.storedSeq),
    };
  });
  const own = context.store.state.chat?.list.messages.find((known) => known.seq === seq);
  if (own) context.dispatch("roomTouched", { roomId, fields: { last_message: own } });
  context.dispatch("sendOverdue");
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function stored(context, roomId, frame) {
  changeChat(context, roomId, (chat) => ({ storedSeq: frame.seq, unsent: unsent.dropStored(chat.unsent, frame.seq) }));
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function typing(context, roomId, frame) {
  if (frame.user_id === context.store.state.user?.id) return;
  changeChat(context, roomId, () => ({ typingUntilMs: frame.active ? Date.now() + TYPING_SHOWN_MS : 0 }));
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function presence(context, roomId, frame) {
  changeMember(context, roomId, frame.user_id, { online: frame.online });
  if (!frame.online) changeChat(context, roomId, () => ({ typingUntilMs: 0 }));
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function read(context, roomId, frame) {
  changeMember(context, roomId, frame.user_id, { read_seq: frame.seq });
}

/** @param {Context} context @param {string} roomId @param {string} userId @param {Partial<import("../types.js").Member>} fields */
function changeMember(context, roomId, userId, fields) {
  changeChat(context, roomId, (chat) => ({
    members: chat.members.map((member) => (member.id === userId ? { ...member, ...fields } : member)),
  }));
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function room({ dispatch }, roomId, frame) {
  return dispatch("statusRead", { status: { ...statusOf(frame), room_id: roomId }, live: true });
}

/** @param {Context} context @param {string} roomId @param {Frame} frame */
function error(context, roomId, frame) {
  if (frame.client_id) {
    changeChat(context, roomId, (chat) => ({ unsent: refused(chat.unsent, frame) }));
  } else {
    console.error("refused by the server", { room_id: roomId, code: frame.code, detail: frame.detail });
  }
  if (frame.code === "room_ended") return context.dispatch("loadStatus");
}

/** @param {import("../models/unsent.js").Unsent[]} entries @param {Frame} frame */
function refused(entries, { client_id, code, detail, errors = [] }) {
  if (unsent.passes(code)) return unsent.putOff(entries, client_id, Date.now(), Math.random());
  const problem = { status: 0, code, detail: detail ?? "", errors, retryAfterS: null };
  return unsent.failed(unsent.withGone(entries, client_id, goneOf(problem)), client_id, wordsFor(problem));
}
