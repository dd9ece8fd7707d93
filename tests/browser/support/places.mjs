/** Where the tests find what they run, and where they leave their pictures. */
import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export const PICTURES = join(ROOT, "artifacts", "browser");

export const CHROMIUM = process.env.WEBCHAT_TEST_CHROMIUM ?? "/usr/bin/chromium";

/** The program under test, as `cargo build` leaves it. */
export function webchat() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const program = join(process.env.WEBCHAT_TEST_BIN_DIR ?? join(target, "debug"), "webchat");
  if (!existsSync(program)) throw new Error(`${program} is missing: run cargo build --workspace`);
  return program;
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
