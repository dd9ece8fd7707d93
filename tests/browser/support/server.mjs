/** `webchat serve` as a real process, on a port and in folders of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deviceOf, newcomerOf } from "./device.mjs";
import { freePort, pathWithNats, program, ROOT } from "./places.mjs";

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 15_000;
const OUTPUT_KEPT = 200;
/** Holds SQLite's one write lock until its input ends. */
const HOLD_DATABASE = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()`;

export class Server {
  #settings;
  #folder = "";
  #port = 0;
  #process = null;
  #holder = null;
  #output = [];

  /** @param {Record<string, Record<string, unknown>>} settings over the defaults, as in config/default.toml */
  constructor(settings = {}) {
    this.#settings = { admin: { port: 0 }, limits: { enabled: false }, ...settings };
    // However the tests end, the server ends with them.
    process.once("exit", () => {
      this.#holder?.kill();
      this.#process?.kill("SIGKILL");
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The last lines that the server printed. */
  get output() {
    return this.#output.join("");
  }

  /** Starts, or starts again on the same port and data; resolves when everything is ready. */
  async start() {
    this.#folder ||= await mkdtemp(join(tmpdir(), "webchat-browser-"));
    this.#port ||= await freePort();
    const child = spawn(program("webchat"), ["serve"], { cwd: this.#folder, env: this.#environment(), stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => (this.#output = [...this.#output, String(data)].slice(-OUTPUT_KEPT)));
    }
    await this.#untilReady(child);
  }

  /** No access token is worth anything from the next start on, as if all had run out. */
  outdateTokens() {
    this.#settings.auth = { ...this.#settings.auth, jwt_algorithm: "HS512" };
  }

  /** A copy of all that the broker keeps. Kill the server first. @returns {Promise<string>} its folder */
  async copyBroker() {
    const copy = join(this.#folder, "older-broker");
    await cp(this.#broker, copy, { recursive: true });
    return copy;
  }

  /** Puts an older copy in the place of what the broker keeps. Kill the server first. @param {string} copy */
  async restoreBroker(copy) {
    await rm(this.#broker, { recursive: true });
    await cp(copy, this.#broker, { recursive: true });
  }

  /** The process id of the nats-server that this one has started. */
  async #brokerProcess() {
    const threads = join("/proc", String(this.#process.pid), "task");
    for (const thread of await readdir(threads)) {
      const children = (await readFile(join(threads, thread, "children"), "utf8")).split(" ").filter(Boolean);
      for (const child of children) {
        if ((await readFile(`/proc/${child}/comm`, "utf8")).startsWith("nats-server")) return Number(child);
      }
    }
    throw new Error("there is no nats-server to stop");
  }

  get #broker() {
    return join(this.#folder, "data", "nats", "jetstream");
  }

  /** Nobody else writes the database from now on. @returns {Promise<() => Promise<void>>} lets it go */
  async holdDatabase() {
    const database = join(this.#folder, "data", "webchat.db");
    const holder = spawn("python3", ["-c", HOLD_DATABASE, database], { stdio: ["pipe", "pipe", "inherit"] });
    this.#holder = holder;
    await once(holder.stdout, "data");
    return async () => {
      holder.stdin.end();
      await once(holder, "exit");
    };
  }

  /** The broker answers nobody while this lasts. @param {() => Promise<void>} meanwhile */
  async withoutBroker(meanwhile) {
    const broker = await this.#brokerProcess();
    process.kill(broker, "SIGSTOP");
    try {
      await meanwhile();
    } finally {
      process.kill(broker, "SIGCONT");
    }
  }

  /** The server takes every call and answers nobody while this lasts. @param {() => Promise<void>} meanwhile */
  async withoutAnswers(meanwhile) {
    this.#process.kill("SIGSTOP");
    try {
      await meanwhile();
    } finally {
      this.#process.kill("SIGCONT");
    }
  }

  /** As `kill -9` or a power cut. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Ends cleanly, as the tests expect it to, and leaves nothing behind. */
  async stop() {
    this.#holder?.kill(); // a story that failed may not have let the database go
    const child = this.#process;
    const isRunning = child !== null && child.exitCode === null && child.signalCode === null;
    if (isRunning) {
      const forced = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
      await this.#end("SIGTERM");
      clearTimeout(forced);
    }
    if (this.#folder !== "") await rm(this.#folder, { recursive: true, force: true });
    if (isRunning && child.exitCode !== 0) throw new Error(`webchat serve did not end cleanly on SIGTERM:\n${this.output}`);
  }

  /** A second device of a person. @param {{username: string, password: string}} person */
  device(person) {
    return deviceOf(this.origin, person);
  }

  /** A new member who has no page. @param {string} name */
  newcomer(name) {
    return newcomerOf(this.origin, name);
  }

  #environment() {
    const settings = Object.entries(this.#settings).flatMap(([section, keys]) =>
      Object.entries(keys).map(([key, value]) => [`WEBCHAT__${section}__${key}`.toUpperCase(), String(value)]),
    );
    // Nothing of the surroundings but what programs need: a test must not depend on somebody's settings.
    const { HOME, TMPDIR, LANG } = process.env;
    const surroundings = Object.entries({ HOME, TMPDIR, LANG }).filter(([, value]) => value !== undefined);
    return {
      ...Object.fromEntries(surroundings),
      PATH: pathWithNats(),
      HOST: "127.0.0.1",
      PORT: String(this.#port),
      WEBCHAT_DATA_DIR: join(this.#folder, "data"),
      LOG_DIR: join(this.#folder, "logs"),
      WEBCHAT__HTTP__STATIC_DIR: join(ROOT, "static"),
      ...Object.fromEntries(settings),
    };
  }

  async #untilReady(child) {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`webchat serve ended with ${child.exitCode}:\n${this.output}`);
      const ready = await fetch(`${this.origin}/readyz`).then(({ ok }) => ok, () => false);
      if (ready) return;
      await sleep(50);
    }
    throw new Error(`webchat serve was not ready within ${READY_WITHIN_MS} ms:\n${this.output}`);
  }

  async #end(signal) {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}
