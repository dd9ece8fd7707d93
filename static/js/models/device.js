/** Order matters: a browser names those that it is like. @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg(?:A|iOS)?\//, "Edge"], [/OPR\//, "Opera"], [/SamsungBrowser\//, "Samsung Internet"], [/(?:Firefox|FxiOS)\//, "Firefox"],
  [/(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"], [/Safari\//, "Safari"],
];

/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/Android/, "Android"], [/iPhone|iPod/, "iPhone"], [/iPad/, "iPad"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"], [/Linux/, "Linux"],
];

/** @param {[RegExp, string][]} names @param {string|null} userAgent */
function among(names, userAgent) {
  return names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1] ?? null;
}

/** The system that a user agent stands for. @param {string|null} userAgent */
export function system(userAgent) {
  return among(SYSTEMS, userAgent);
}

/**
 * What a person would call the device that a user agent stands for: “Firefox · Windows”.
 * @param {string|null} userAgent
 * @returns {string|null} null where nothing is known of it
 */
export function deviceName(userAgent) {
  const found = [BROWSERS, SYSTEMS].map((names) => among(names, userAgent));
  return found.filter(Boolean).join(" · ") || null;
}

/**
 * The devices with the one at hand in front of the others, which stay in their order.
 * @param {import("../types.js").SignedInDevice[]} devices
 */
export function thisFirst(devices) {
  return [...devices.filter(({ current }) => current), ...devices.filter(({ current }) => !current)];
}
