/**
 * What this browser keeps for the site, by name. Some refuse, where site data is blocked or there is no room: then the page
 * remembers it itself for as long as it is open, and everything else works as before.
 */

/**
 * @param {() => Storage} find the browser's own place, which may throw
 */
function placeOf(find) {
  /** What the browser did not take. @type {Map<string, string|null>} */
  const held = new Map();
  let isSaid = false;

  /** @template T @param {(place: Storage) => T} use @param {T} otherwise @returns {T} */
  function attempt(use, otherwise) {
    try {
      return use(find());
    } catch (error) {
      if (!isSaid) console.info("the browser keeps nothing for this page", error);
      isSaid = true;
      return otherwise;
    }
  }

  return {
    /** @param {string} name @returns {string|null} */
    read: (name) => held.get(name) ?? (held.has(name) ? null : attempt((place) => place.getItem(name), null)),

    /** @param {string} name @param {string|null} value null: nothing any more */
    keep(name, value) {
      const isKept = attempt((place) => {
        if (value === null) place.removeItem(name);
        else place.setItem(name, value);
        return true;
      }, false);
      if (isKept) held.delete(name);
      else held.set(name, value);
    },

    /** Whether the browser lets the page have a place at all. */
    isKept: () => attempt((place) => place !== null, false),

    names: () => [...new Set([...attempt((place) => Object.keys(place), /** @type {string[]} */ ([])), ...held.keys()])],
  };
}

/** For as long as the browser likes. */
export const siteData = placeOf(() => localStorage);
/** For as long as the tab lives: it outlives a reload. */
export const tabData = placeOf(() => sessionStorage);
