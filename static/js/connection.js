/**
 * A WebSocket that comes back by itself: backoff with full jitter, close codes, a ping and a watchdog. It knows nothing
 * of what the frames mean, save that a first frame means that the server is there.
 */
import { afterClose, retryDelayMs } from "./models/reconnect.js";

const PING_EVERY_MS = 20_000;
/** No frame for this long after a ping: the connection is dead, whatever the browser believes. */
const PONG_WAIT_MS = 8_000;
const PROBE_WAIT_MS = 2_500;
const HANDSHAKE_WAIT_MS = 10_000;
/** A connection that lived this long was a good one: the next loss starts the backoff anew. */
const GOOD_AFTER_MS = 5_000;

/**
 * @typedef {object} Options
 * @property {() => string} path path and query, asked again for every attempt
 * @property {() => string} token
 * @property {(frame: import("./types.js").Frame) => void} onFrame
 * @property {(state: import("./models/link.js").LinkState) => void} onState
 * @property {(code: number) => void} onStopped the server wants no reconnect
 * @property {() => Promise<unknown>} refresh renews the access token
 * @property {() => Promise<boolean>} mayRetry asked after a refused handshake, which says nothing of its reason
 */

export class Connection {
  /** @type {WebSocket|null} */
  #socket = null;
  #options;
  #attempt = 0;
  #greeted = false;
  #closed = false;
  /** Counts what is done before a retry; what an older one finds out does not count. */
  #preparation = 0;
  /** @type {Record<"retry"|"ping"|"dead"|"good", ReturnType<typeof setTimeout>|undefined>} */
  #timers = { retry: undefined, ping: undefined, dead: undefined, good: undefined };

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#open();
  }

  /** True once the server's first frame is here and until the connection is lost. */
  get online() {
    return this.#greeted;
  }

  /**
   * @param {import("./types.js").Frame} frame
   * @returns {boolean} false if it could not go out: the caller keeps what matters
   */
  send(frame) {
    if (!this.#greeted || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Looks at once whether the connection lives: after a network change, or when the page is shown again. */
  probe() {
    if (this.#closed) return;
    if (this.#greeted) {
      this.#ping(PROBE_WAIT_MS);
    } else if (this.#socket === null) {
      // Also where a request of the retry's preparation hangs: there is a network again, and a new one need not.
      this.#preparation += 1;
      this.#attempt = 0;
      this.#retryIn(0);
    }
  }

  close() {
    this.#closed = true;
    this.#drop(letGo);
    this.#options.onState("closed");
  }

  #open() {
    this.#drop();
    this.#options.onState("connecting");
    const address = new URL(this.#options.path(), location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, ["webchat.v1", `bearer.${this.#options.token()}`]);
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#lost(event.code);
    this.#socket = socket;
    this.#timers.dead = setTimeout(() => this.#lost(1006), HANDSHAKE_WAIT_MS);
  }

  /** @param {string} data */
  #receive(data) {
    clearTimeout(this.#timers.dead);
    if (!this.#greeted) {
      this.#greeted = true;
      this.#timers.good = setTimeout(() => (this.#attempt = 0), GOOD_AFTER_MS);
      this.#options.onState("online");
      this.#planPing();
    }
    this.#options.onFrame(JSON.parse(data));
  }

  #planPing() {
    clearTimeout(this.#timers.ping);
    this.#timers.ping = setTimeout(() => this.#ping(PONG_WAIT_MS), PING_EVERY_MS);
  }

  /** @param {number} waitMs */
  #ping(waitMs) {
    this.send({ type: "ping" });
    clearTimeout(this.#timers.dead);
    this.#timers.dead = setTimeout(() => this.#lost(1006), waitMs);
    this.#planPing();
  }

  /** @param {number} code */
  #lost(code) {
    const refused = !this.#greeted;
    this.#drop();
    const next = afterClose(code);
    if (next === "stop") {
      this.#stop(code);
      return;
    }
    this.#options.onState("offline");
    if (next === "later") this.#attempt = Math.max(this.#attempt, 2);
    this.#prepare(next === "refresh", refused);
  }

  /** @param {number} code */
  #stop(code) {
    this.close();
    this.#options.onStopped(code);
  }

  /**
   * @param {boolean} needsToken
   * @param {boolean} refused
   */
  async #prepare(needsToken, refused) {
    const preparation = (this.#preparation += 1);
    let mayRetry = true;
    try {
      if (needsToken) await this.#options.refresh();
      else if (refused) mayRetry = await this.#options.mayRetry();
    } catch {
      // Not reached: the retry below says the same again until it succeeds. A refused refresh has closed this socket.
    }
    if (preparation !== this.#preparation) return;
    if (!mayRetry) return this.#stop(1008);
    this.#retryIn(retryDelayMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** @param {number} delayMs */
  #retryIn(delayMs) {
    if (this.#closed) return;
    clearTimeout(this.#timers.retry);
    this.#timers.retry = setTimeout(() => this.#open(), delayMs);
  }

  /** @param {(socket: WebSocket) => void} [end] at once, as a handshake that hangs keeps the next one waiting */
  #drop(end = (socket) => socket.close()) {
    for (const name of /** @type {("retry"|"ping"|"dead"|"good")[]} */ (Object.keys(this.#timers))) {
      clearTimeout(this.#timers[name]);
      this.#timers[name] = undefined;
    }
    this.#greeted = false;
    if (this.#socket === null) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    end(this.#socket);
    this.#socket = null;
  }
}

/** One that is still on its way is closed once it is there: browsers warn of one that nobody waited for. @param {WebSocket} socket */
function letGo(socket) {
  if (socket.readyState !== WebSocket.CONNECTING) return socket.close();
  const hangs = setTimeout(() => socket.close(), HANDSHAKE_WAIT_MS);
  socket.onopen = () => {
    clearTimeout(hangs);
    socket.close();
  };
}
