/**
 * The waiting room.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { openRooms } from "../models/room.js";
import { roomHash } from "../models/route.js";

/** @param {Context} context */
export async function joinQueue(context) {
  const { store, api, dispatch } = context;
  if (store.state.queueBusy) return;
  store.update({ queueBusy: true });
  try {
    store.update({ ticket: await api.request("POST", "/match/queue") });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "profile_incomplete") {
      await dispatch("loadProfile"); // the waiting room asks for what is missing
    } else if (error.code === "already_in_room") {
      await goToUndecidedRoom(context);
    } else {
      throw error;
    }
  } finally {
    store.update({ queueBusy: false });
  }
  dispatch("loadTicket");
}

/** @param {Context} context */
async function goToUndecidedRoom({ store, api, dispatch }) {
  const ticket = await api.request("GET", "/match/queue");
  if (!ticket.room_id) await dispatch("loadRooms");
  const roomId = ticket.room_id ?? openRooms(store.state.rooms).find((room) => room.match !== null)?.id;
  if (roomId) location.hash = roomHash(roomId);
}

/** @param {Context} context */
export async function leaveQueue({ store, api }) {
  await api.request("DELETE", "/match/queue");
  store.update({ ticket: { state: "none" } });
}

/** @param {Context} context */
export async function loadTicket({ api, dispatch }) {
  await dispatch("ticketRead", await api.request("GET", "/match/queue"));
}

/** @param {Context} context @param {import("../types.js").Ticket} ticket */
export function ticketRead({ store }, ticket) {
  store.update({ ticket });
  const { route } = store.state;
  if (ticket.state === "matched" && ticket.room_id && route.screen === "wait") location.hash = roomHash(ticket.room_id);
}
