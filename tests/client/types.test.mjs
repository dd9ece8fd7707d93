import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test("the client's types hold, as its comments state them", () => {
  const compiler = here("node_modules/typescript/bin/tsc");
  const { stdout, stderr, status } = spawnSync(process.execPath, [compiler, "-p", here("tsconfig.json")], { encoding: "utf8" });
  assert.equal(stdout + stderr, "");
  assert.equal(status, 0);
});
