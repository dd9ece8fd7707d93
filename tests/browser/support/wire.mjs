/** The way between a browser and its server, which can go dead without a word: no end, no answer, nothing gets through. */
import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Wire {
  #server = createServer((near) => this.#join(near));
  #port;
  /** @type {Set<import("node:net").Socket>} */
  #open = new Set();

  /** @param {string} origin where it leads */
  constructor(origin) {
    this.#port = Number(new URL(origin).port);
  }

  /** @returns {Promise<string>} the origin that it makes of the server's */
  async lay() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** What is open now carries nothing any more, and is not closed. What is opened from now on works. */
  goDead() {
    for (const socket of this.#open) {
      socket.unpipe();
      socket.pause();
    }
  }

  cut() {
    this.#open.forEach((socket) => socket.destroy());
    this.#server.close();
  }

  /** @param {import("node:net").Socket} near */
  #join(near) {
    const far = connect(this.#port, "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#open.add(from);
      from.pipe(to);
      // Who goes takes the other side along, as without a wire.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#open.delete(from);
        to.destroy();
      });
    }
  }
}
