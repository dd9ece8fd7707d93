/**
 * What the screens need, and why it is not there.
 *
 * @typedef {"ticket"|"profile"|"rooms"} Needed
 * @typedef {import("../store.js").State} State
 */

/** Whether it was never read. @param {Pick<State, "ticket"|"profile"|"roomsLoaded">} state @param {Needed} needed */
export function isMissing({ ticket, profile, roomsLoaded }, needed) {
  return { ticket: ticket === null, profile: profile.profile === null, rooms: !roomsLoaded }[needed];
}

/** @type {Partial<Record<import("./route.js").Screen, Needed[]>>} */
const NEEDS = { wait: ["ticket", "profile"], profile: ["profile"], conversations: ["rooms"] };

/**
 * Why the screen cannot be shown, in words; null: it can, or is on its way.
 * @param {Pick<State, "route"|"ticket"|"profile"|"roomsLoaded"|"faults">} state
 * @returns {string|null}
 */
export function screenFault(state) {
  const missing = (NEEDS[state.route.screen] ?? []).filter((needed) => isMissing(state, needed));
  return missing.map((needed) => state.faults[needed] ?? null).find((fault) => fault !== null) ?? null;
}

/** Whether something has to be asked for again. @param {Pick<State, "route"|"ticket"|"profile"|"roomsLoaded"|"faults"|"chat">} state */
export function isNotRead(state) {
  return state.route.screen === "room" ? state.chat?.load === "failed" : screenFault(state) !== null;
}
