/** The page's sign in its tab: with a dot while there is something to read. */

const PLAIN = "/img/favicon.svg";
const UNREAD = "/img/favicon-unread.svg";

/** @param {boolean} unread */
export function showUnread(unread) {
  const link = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="icon"]'));
  const wanted = unread ? UNREAD : PLAIN;
  if (link.getAttribute("href") !== wanted) link.setAttribute("href", wanted);
}
