/**
 * When the person is called back to the page, by a sound or by the system's own notification.
 *
 * @typedef {object} Alerts what the person wants
 * @property {boolean} asked whether they were asked: once, after their first message
 * @property {boolean} sound
 * @property {boolean} notices
 */

/** @returns {Alerts} nothing, until somebody asks for it */
export function quiet() {
  return { asked: false, sound: false, notices: false };
}

/**
 * @param {string|null} kept what is spoilt counts as nothing, and the person is asked again
 * @returns {Alerts}
 */
export function alertsFrom(kept) {
  const { asked, sound, notices } = { ...quiet(), ...parsed(kept) };
  return { asked: asked === true, sound: sound === true, notices: notices === true };
}

/** @param {string|null} kept */
function parsed(kept) {
  try {
    return JSON.parse(kept ?? "{}");
  } catch {
    return {};
  }
}

/**
 * Whether to offer it: not before the person has said something themselves, and only once.
 * @param {Alerts} alerts
 * @param {boolean} hasSpoken a message of theirs has arrived
 */
export function mayAsk({ asked }, hasSpoken) {
  return !asked && hasSpoken;
}

/**
 * Whether a room's notification has nothing to say any more: its messages are read, here or elsewhere, or the meeting is over.
 * Where nobody has written yet, it is about the match, and that somebody waits there.
 * @param {import("../types.js").Room[]} rooms
 * @param {string} roomId
 */
export function isTold(rooms, roomId) {
  const room = rooms.find(({ id }) => id === roomId);
  if (room === undefined || room.unread_count > 0) return false;
  return room.last_message !== null || room.state === "kept" || room.state === "ended";
}

/**
 * What the browser says of notifications: "missing" where it has none, as over plain http and on some phones.
 * @typedef {NotificationPermission|"missing"} Permission
 */

/**
 * How the system's notifications stand.
 * @param {Alerts} alerts
 * @param {Permission} permission
 * @returns {"on"|"off"|"denied"|"missing"}
 */
export function noticesStand({ notices }, permission) {
  if (permission === "missing" || permission === "denied") return permission;
  return notices && permission === "granted" ? "on" : "off";
}
