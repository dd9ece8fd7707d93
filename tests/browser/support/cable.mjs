/** The connection of a page, as far as its sockets go. */

/**
 * One that can be pulled: the page is loaded anew with it.
 * @param {import("./person.mjs").Person} person
 */
export async function cableOf({ page }) {
  const sockets = new Set();
  let isPulled = false;
  let greetings = 0;
  await page.routeWebSocket(/\/ws\//, (socket) => {
    if (isPulled) return socket.close({ code: 1001 });
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (JSON.parse(String(message)).type === "hello") greetings += 1;
      socket.send(message);
    });
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
    /** Until the server has greeted every socket of the page that it had before. The page comes back at once. */
    async putBack(sockets = 1) {
      const before = greetings;
      isPulled = false;
      await page.evaluate(() => dispatchEvent(new Event("online")));
      while (greetings < before + sockets) await page.waitForTimeout(50);
    },
  };
}
