/** Every role as a process of its own, on one nats-server and one database: a gateway dies alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deviceOf } from "./device.mjs";
import { freePort, pathWithNats, program, ROOT } from "./places.mjs";

const READY_WITHIN_MS = 60_000;
const WORKERS = ["persistence", "matchmaker", "countdown"];

export class Deployment {
  #settings;
  #folder = "";
  #ports = { nats: 0, gateway: 0 };
  /** @type {Map<string, import("node:child_process").ChildProcess>} */
  #running = new Map();
  #output = [];

  /** @param {Record<string, Record<string, unknown>>} settings over the defaults, as in config/default.toml */
  constructor(settings = {}) {
    this.#settings = { admin: { port: 0 }, limits: { enabled: false }, ...settings };
    process.once("exit", () => this.#running.forEach((child) => child.kill("SIGKILL")));
  }

  get origin() {
    return `http://127.0.0.1:${this.#ports.gateway}`;
  }

  /** The last lines that the processes printed. */
  get output() {
    return this.#output.join("");
  }

  async start() {
    this.#folder = await mkdtemp(join(tmpdir(), "webchat-deployment-"));
    this.#ports = { nats: await freePort(), gateway: await freePort() };
    const store = join(this.#folder, "nats");
    this.#spawn("nats-server", "nats-server", ["-js", "-sd", store, "-a", "127.0.0.1", "-p", String(this.#ports.nats)]);
    for (const worker of WORKERS) this.#spawn(worker, program(worker), []);
    await this.startGateway();
  }

  async startGateway() {
    this.#spawn("gateway", program("gateway"), []);
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (await fetch(`${this.origin}/readyz`).then(({ ok }) => ok, () => false)) return;
      await sleep(50);
    }
    throw new Error(`the gateway was not ready within ${READY_WITHIN_MS} ms:\n${this.output}`);
  }

  /** As `kill -9`: everything else goes on. */
  async killGateway() {
    await this.#end("gateway", "SIGKILL");
  }

  async stop() {
    for (const name of [...this.#running.keys()].reverse()) await this.#end(name, "SIGTERM");
    if (this.#folder !== "") await rm(this.#folder, { recursive: true, force: true });
  }

  #spawn(name, path, args) {
    const child = spawn(path, args, { cwd: this.#folder, env: this.#environment(), stdio: ["ignore", "pipe", "pipe"] });
    this.#running.set(name, child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => (this.#output = [...this.#output, `${name}: ${data}`].slice(-200)));
    }
  }

  async #end(name, signal) {
    const child = this.#running.get(name);
    this.#running.delete(name);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** A second device of a person. @param {{username: string, password: string}} person */
  device(person) {
    return deviceOf(this.origin, person);
  }

  #environment() {
    const settings = Object.entries(this.#settings).flatMap(([section, keys]) =>
      Object.entries(keys).map(([key, value]) => [`WEBCHAT__${section}__${key}`.toUpperCase(), String(value)]));
    return {
      PATH: pathWithNats(),
      HOST: "127.0.0.1",
      PORT: String(this.#ports.gateway),
      NATS_URL: `nats://127.0.0.1:${this.#ports.nats}`,
      DATABASE_URL: `sqlite://${join(this.#folder, "webchat.db")}`,
      JWT_SECRET_KEY: "a secret of the tests, longer than 32 bytes",
      WEBCHAT_DATA_DIR: join(this.#folder, "data"),
      LOG_DIR: join(this.#folder, "logs"),
      WEBCHAT__HTTP__STATIC_DIR: join(ROOT, "static"),
      ...Object.fromEntries(settings),
    };
  }
}
