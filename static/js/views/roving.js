/**
 * A group of controls that is one stop for Tab, and the arrow keys go from one to the next.
 */

/**
 * @param {string} which the controls, as a selector
 * @param {{inRows?: boolean}} [shape] whether up and down go from row to row, as the group is shown
 */
export function roving(which, { inRows = false } = {}) {
  /** @param {Event} event @returns {HTMLElement[]} */
  const all = (event) => [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll(which)].filter((each) => each instanceof HTMLElement);

  return {
    /** For `@keydown`. @param {KeyboardEvent} event */
    walk(event) {
      const controls = all(event);
      const at = controls.indexOf(/** @type {HTMLElement} */ (event.target));
      const last = controls.length - 1;
      const row = controls.filter(({ offsetTop }) => offsetTop === controls[0].offsetTop).length;
      const [next, before] = [at === last ? 0 : at + 1, at === 0 ? last : at - 1];
      /** @type {Record<string, number>} */
      const to = {
        ArrowRight: next, ArrowLeft: before, Home: 0, End: last,
        ArrowDown: inRows ? Math.min(at + row, last) : next, ArrowUp: inRows ? Math.max(at - row, 0) : before,
      };
      if (at < 0 || !(event.key in to) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      controls[to[event.key]].focus();
    },

    /** For `@focusin`: Tab comes back to the one that it left. @param {Event} event */
    rove(event) {
      for (const control of all(event)) control.tabIndex = control === event.target ? 0 : -1;
    },
  };
}
