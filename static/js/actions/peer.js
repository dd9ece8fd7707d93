/**
 * The other one, looked at closer: their profile as far as it is revealed, liking, blocking, reporting.
 *
 * @typedef {import("../dispatch.js").Context} Context
 * @typedef {import("../store.js").PeerPanel} PeerPanel
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { nameOf } from "../models/person.js";
import { peerAmong } from "../models/room.js";
import { wordsFor } from "../models/problem.js";
import { changeChat } from "./current-chat.js";

/** @param {Context} context */
export async function openPeer(context) {
  const { chat, profile } = context.store.state;
  const peer = peerOf(context);
  if (!chat || !peer) return;
  changeChat(context, chat.roomId, () => ({
    peer: {
      busy: false, reported: false, detailed: chat.reportDetail !== "", problem: null, reasons: profile.options?.report_reasons ?? [],
      profile: null,
    },
  }));
  await Promise.all([readReasons(context, chat.roomId), readProfile(context, chat.roomId, peer.id), readLike(context)]);
}

/** @param {Context} context @param {string} roomId */
async function readReasons(context, roomId) {
  const { store, api } = context;
  if (store.state.profile.options !== null) return;
  const options = await api.request("GET", "/profiles/options");
  store.update({ profile: { ...store.state.profile, options } });
  change(context, roomId, () => ({ reasons: options.report_reasons }));
}

/** More of them may be seen now. @param {Context} context */
export async function readPeer(context) {
  const { chat } = context.store.state;
  const peer = peerOf(context);
  if (chat?.peer && peer) await readProfile(context, chat.roomId, peer.id);
}

/** As much as is revealed; of somebody who is blocked, nothing. @param {Context} context @param {string} roomId @param {string} peerId */
async function readProfile(context, roomId, peerId) {
  try {
    const profile = await context.api.request("GET", `/users/${peerId}/profile`);
    change(context, roomId, () => ({ profile }));
    await context.dispatch("peopleHeard", [{ id: peerId, display_name: profile.display_name }]);
    // Also where there is none any more: an older one may be shown.
    if (profile.avatar_url || context.store.state.pictures[peerId]) await context.dispatch("loadPicture", peerId);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await context.dispatch("loadRoom", roomId); // which says whether they are gone
  }
}

/** Whether the person likes them, as the server has it. @param {Context} context */
export async function readLike(context) {
  const { chat } = context.store.state;
  const peer = peerOf(context);
  if (!chat || !peer) return;
  await context.turns.read("likes", () => context.api.list("/users/me/likes"), (likes) => {
    const liked = likes.some((/** @type {{id: string}} */ user) => user.id === peer.id);
    changeChat(context, chat.roomId, () => ({ liked }));
  });
}

/** @param {Context} context */
export function closePeer(context) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ peer: null }));
}

/** @param {Context} context */
function peerOf({ store }) {
  const { chat, user } = store.state;
  return chat && user ? peerAmong(chat.members, user.id) : null;
}

/**
 * Changes the panel of a room, if it still is in front: an answer may come after the person has gone to somebody else.
 * @param {Context} context
 * @param {string} roomId
 * @param {(peer: PeerPanel) => Partial<PeerPanel>} patch
 */
function change(context, roomId, patch) {
  changeChat(context, roomId, (now) => (now.peer === null ? {} : { peer: { ...now.peer, ...patch(now.peer) } }));
}

/** One thing at a time; what is refused is said in the panel itself. @param {Context} context @param {string} roomId @param {() => Promise<void>} deed */
async function act(context, roomId, deed) {
  if (context.store.state.chat?.peer?.busy) return;
  change(context, roomId, () => ({ busy: true, problem: null }));
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    change(context, roomId, () => ({ problem: wordsFor(error) }));
  } finally {
    change(context, roomId, () => ({ busy: false }));
  }
}

/** A one-sided like is told to nobody. @param {Context} context @param {boolean} liked */
export async function likePeer(context, liked) {
  const peer = peerOf(context);
  const { chat } = context.store.state;
  if (!peer || !chat) return;
  await act(context, chat.roomId, async () => {
    await context.turns.write("likes", () => context.api.request(liked ? "PUT" : "DELETE", `/users/${peer.id}/like`));
    changeChat(context, chat.roomId, () => ({ liked }));
    context.dispatch("tellTabs", "likes");
  });
}

/** Ends what the two have together, for good. @param {Context} context */
export async function blockPeer(context) {
  const peer = peerOf(context);
  const { chat } = context.store.state;
  if (!peer || !chat) return;
  await act(context, chat.roomId, async () => {
    await context.api.request("PUT", `/users/${peer.id}/block`);
    changeChat(context, chat.roomId, () => ({ peer: null }));
    context.dispatch("tellTabs", "blocks");
    await context.dispatch("tell", t("peer.blocked", { name: nameOf(peer) }));
    await context.dispatch("loadStatus");
  });
}

/** What a report says beside its reason: it stays when the panel has to make room. @param {Context} context @param {string} reportDetail */
export function writeReport(context, reportDetail) {
  const { chat } = context.store.state;
  if (chat) changeChat(context, chat.roomId, () => ({ reportDetail }));
}

/** @param {Context} context @param {string} reason */
export async function reportPeer(context, reason) {
  const peer = peerOf(context);
  const { chat } = context.store.state;
  if (!peer || !chat) return;
  await act(context, chat.roomId, async () => {
    const detail = chat.reportDetail.trim();
    const form = { reason, room_id: chat.roomId, ...(detail === "" ? {} : { detail }) };
    await context.api.request("POST", `/users/${peer.id}/report`, form);
    change(context, chat.roomId, () => ({ reported: true }));
    changeChat(context, chat.roomId, () => ({ reportDetail: "" }));
  });
}
