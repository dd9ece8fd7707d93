import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isLost, nextLink } from "../../static/js/models/link.js";
import { afterClose, retryDelayMs } from "../../static/js/models/reconnect.js";

const { ceilings_ms } = JSON.parse(readFileSync(new URL("backoff.json", import.meta.url), "utf8"));

test("the wait is anywhere below the ceiling of its attempt, by the table with which a reconnect storm is tested", () => {
  for (const [attempt, ceiling] of ceilings_ms.entries()) {
    for (const random of [0, 0.25, 0.5, 0.999]) assert.equal(retryDelayMs(attempt, random), random * ceiling, `attempt ${attempt}`);
  }
  for (const attempt of [ceilings_ms.length, 50, 1_000]) assert.equal(retryDelayMs(attempt, 0.5), ceilings_ms.at(-1) / 2);
});

test("each close code of the contract is answered as it asks", () => {
  assert.equal(afterClose(4001), "refresh");
  for (const code of [1000, 1001, 1006, 1009, 1012]) assert.equal(afterClose(code), "retry");
  for (const code of [4008, 4029, 1013]) assert.equal(afterClose(code), "later");
  for (const code of [4003, 4005, 4000, 4999]) assert.equal(afterClose(code), "stop");
});

test("a loss counts from its beginning, however many tries there were", () => {
  let link = nextLink(null, "online", 0);
  link = nextLink(link, "offline", 1_000);
  link = nextLink(link, "connecting", 2_000);
  link = nextLink(link, "offline", 3_500);
  assert.equal(isLost(link, 5_500), false);
  assert.equal(isLost(link, 6_001), true);
  link = nextLink(link, "online", 5_000);
  assert.equal(isLost(link, 60_000), false);
  assert.equal(isLost(nextLink(link, "closed", 6_000), 60_000), false);
  assert.equal(isLost(null, 60_000), false);
});
