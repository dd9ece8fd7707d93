/**
 * The waiting room.
 *
 * @typedef {import("../dispatch.js").Context} Context
 */
import { ApiError } from "../api.js";
import { t } from "../models/language.js";
import { readAnew } from "../models/profile.js";
import { openRooms } from "../models/room.js";
import { relaxed } from "../models/waiting.js";
import { readNeeded } from "./reading.js";

/** @param {Context} context */
export async function joinQueue(context) {
  const { store, api, turns, dispatch } = context;
  if (store.state.queueBusy) return;
  store.update({ queueBusy: true });
  try {
    store.update({ ticket: await turns.write("ticket", () => api.request("POST", "/match/queue")) });
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
  if (roomId) await dispatch("goToMeeting", roomId);
}

/** @param {Context} context */
export async function leaveQueue({ store, api, turns }) {
  await turns.write("ticket", () => api.request("DELETE", "/match/queue"));
  store.update({ ticket: { state: "none" } });
}

/** @param {Context} context */
export async function loadTicket(context) {
  await readNeeded(context, "ticket", () => context.api.request("GET", "/match/queue"), (ticket) => ticketRead(context, ticket));
}

/** The server says by itself how it stands. @param {Context} context @param {import("../types.js").Ticket} ticket */
export function ticketTold(context, ticket) {
  context.turns.told("ticket");
  ticketRead(context, ticket);
}

/** @param {Context} context @param {import("../types.js").Ticket} ticket */
function ticketRead({ store, dispatch }, ticket) {
  store.update({ ticket });
  const { route } = store.state;
  if (ticket.state === "matched" && ticket.room_id && route.screen === "wait") dispatch("goToMeeting", ticket.room_id);
}

/** Gives up one wish, and goes on waiting without it. @param {Context} context @param {string} filter */
export async function relaxFilter({ store, api, turns, dispatch }, filter) {
  if (store.state.queueBusy) return;
  store.update({ queueBusy: true });
  try {
    const wider = await turns.write("profile", async () => {
      const profile = relaxed(await api.request("GET", "/users/me/profile"), filter);
      await api.request("PUT", "/users/me/profile", profile);
      return profile;
    });
    store.update({ profile: { ...store.state.profile, ...readAnew(store.state.profile, wider) } });
    dispatch("tellTabs", "profile");
  } finally {
    store.update({ queueBusy: false });
  }
  await dispatch("tell", t("wait.relaxed"));
  await dispatch("loadTicket");
}
