/**
 * Modal dialogs are the browser's own: it keeps the focus inside and everything else out of reach. A template says that
 * one is there (`<dialog class="modal">`); after the drawing it is opened, and when it has gone the focus goes back to
 * where it came from.
 */

/** @type {HTMLElement|null} */
let cameFrom = null;

export function openModals() {
  for (const dialog of document.querySelectorAll("dialog.modal")) {
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) continue;
    cameFrom ??= document.activeElement instanceof HTMLElement ? document.activeElement : null;
    dialog.showModal();
  }
  if (cameFrom === null || document.querySelector("dialog.modal") !== null) return;
  if (cameFrom.isConnected) cameFrom.focus();
  cameFrom = null;
}

/**
 * Closing is an action like any other: the dialog goes when the state says so. For `@cancel` (Esc) and `@click` beside it.
 * @param {() => void} close
 */
export function closing(close) {
  return {
    /** @param {Event} event */
    cancel(event) {
      event.preventDefault();
      close();
    },
    /** @param {Event} event */
    beside(event) {
      if (event.target === event.currentTarget) close();
    },
  };
}
