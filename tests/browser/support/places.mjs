/** Where the tests find what they run, and where they leave their pictures. */
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export const PICTURES = join(ROOT, "artifacts", "browser");

export const CHROMIUM = process.env.WEBCHAT_TEST_CHROMIUM ?? "/usr/bin/chromium";

/** A program under test, as `cargo build` leaves it. @param {string} name */
export function program(name) {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const path = join(process.env.WEBCHAT_TEST_BIN_DIR ?? join(target, "debug"), name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run cargo build --workspace`);
  return path;
}

/** A port that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** PATH with the folder of nats-server in front, where one was fetched or named. */
export function pathWithNats() {
  const server = process.env.WEBCHAT_TEST_NATS_SERVER ?? fetchedNats();
  return server === undefined ? process.env.PATH : [dirname(server), process.env.PATH].join(delimiter);
}

function fetchedNats() {
  const tools = join(ROOT, ".tools");
  const folders = existsSync(tools) ? readdirSync(tools) : [];
  return folders
    .filter((folder) => folder.startsWith("nats-server-"))
    .map((folder) => join(tools, folder, "nats-server"))
    .find(existsSync);
}
