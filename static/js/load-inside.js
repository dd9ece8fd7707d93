/**
 * What lies behind the sign-in is not loaded with the first page, but when somebody is on the way in.
 *
 * @typedef {typeof import("./inside.js")} Inside
 */

/** @type {Promise<Inside>|null} */
let loading = null;

/** Loads it, once: all of its files at the same time, as the page lists them. @returns {Promise<Inside>} */
export function loadInside() {
  loading ??= load();
  return loading;
}

function load() {
  const list = /** @type {HTMLTemplateElement} */ (document.getElementById("inside"));
  document.head.append(list.content.cloneNode(true));
  return import("./inside.js");
}
