/** The connection of a page, as far as its sockets go. */

/**
 * One that can be pulled: the page is loaded anew with it.
 * @param {import("./person.mjs").Person} person
 */
export async function cableOf({ page }) {
  const sockets = new Set();
  let isPulled = false;
  await page.routeWebSocket(/\/ws\//, (socket) => {
    if (isPulled) return socket.close({ code: 1001 });
    socket.connectToServer();
    sockets.add(socket);
  });
  await page.reload();
  return {
    async pull() {
      isPulled = true;
      await Promise.all([...sockets].map((socket) => socket.close({ code: 1001 })));
      sockets.clear();
    },
    async put() {
      isPulled = false;
    },
  };
}
