/** What stands before a server: it hands everything on, and says by itself where the server is away. */
import { once } from "node:events";
import { createServer, request } from "node:http";

export class Proxy {
  #port;
  #server = createServer((asked, answer) => this.#handOn(asked, answer));

  /** @param {string} origin the server's */
  constructor(origin) {
    this.#port = Number(new URL(origin).port);
  }

  /** @returns {Promise<string>} its own origin */
  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import("node:http").IncomingMessage} asked @param {import("node:http").ServerResponse} answer */
  #handOn(asked, answer) {
    const { method, url: path, headers } = asked;
    const onwards = request({ host: "127.0.0.1", port: this.#port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    onwards.on("error", () => {
      answer.writeHead(502, { "content-type": "text/html" });
      answer.end("<h1>502 Bad Gateway</h1>");
    });
    asked.pipe(onwards);
  }
}
