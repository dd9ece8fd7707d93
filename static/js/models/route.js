/**
 * The screens and their addresses.
 *
 * @typedef {"landing"|"signup"|"login"|"profile"|"account"|"wait"|"room"|"conversations"} Screen
 * @typedef {{screen: Screen, roomId: string|null}} Route
 */

/** @type {Set<string>} */
const FOR_VISITORS = new Set(["landing", "signup", "login"]);
const PLAIN = new Set(["signup", "login", "profile", "account", "wait", "conversations"]);

/**
 * @param {string} hash as in `location.hash`
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [first, second] = hash.replace(/^#?\/?/, "").split("/");
  if (first === "room" && second) return { screen: "room", roomId: second };
  if (PLAIN.has(first)) return { screen: /** @type {Screen} */ (first), roomId: null };
  return { screen: "landing", roomId: null };
}

/**
 * Where to go instead, if this screen is not for this person; null if it is.
 * @param {Route} route
 * @param {boolean} signedIn
 * @returns {string|null} a hash
 */
export function redirect(route, signedIn) {
  const forVisitors = FOR_VISITORS.has(route.screen);
  if (signedIn && forVisitors) return "#/conversations";
  if (!signedIn && !forVisitors) return "#/";
  return null;
}

/**
 * Whether a screen has to wait for the server's word on who is here. A visitor's own screens do not, unless somebody is expected.
 * @param {{session: "restoring"|"unreachable"|"out"|"in", expected: boolean, route: Route}} state
 */
export function waitsForSession({ session, expected, route }) {
  return session === "unreachable" || (session === "restoring" && (expected || !FOR_VISITORS.has(route.screen)));
}

/** @param {string} roomId */
export function roomHash(roomId) {
  return `#/room/${roomId}`;
}
