// A browser that keeps nothing for the site: what then works is everything but what would have to outlive the page.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { DESKTOP, meet, Person } from "../support/person.mjs";
import { CHROMIUM } from "../support/places.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 90 } });
const BLOCK = 2;

story("where site data is blocked, somebody signs up, meets and talks all the same, and is told what is not kept", async (scene) => {
  const [ben] = await scene.members("Ben");
  const folder = await mkdtemp(join(tmpdir(), "webchat-blocked-"));
  const preferences = { profile: { default_content_setting_values: { cookies: BLOCK } } };
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM, args: ["--headless=new", "--no-sandbox", "--disable-gpu"], baseURL: scene.server.origin, locale: "en-GB", ...DESKTOP,
  });
  try {
    const ada = new Person("Ada", context, scene.server.origin);
    scene.people.push(ada);
    ada.watch.expect(/^console error: unsent messages are not kept/, Infinity);
    await ada.newPage();
    await ada.arrive();
    await assert.rejects(ada.page.evaluate(() => localStorage.length), /SecurityError|denied/);
    assert.equal(await ada.page.evaluate(() => document.documentElement.dataset.begins), "landing", "what is painted first is the landing page");
    await ada.becomeMember();
    await meet(ada, ben);
    await ada.say("nothing is kept here");
    await ben.hears("nothing is kept here");
    await ben.say("and yet it works");
    await ada.hears("and yet it works");
    await ada.sees("unkept");
    await ada.press("refuse-alerts");
    await ada.find("offer-alerts").waitFor({ state: "detached" });
    await ada.find("message-input").fill("half a sentence");
    await ada.go("account");
    await ada.page.locator("#theme").selectOption("dark");
    await ada.page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    await ada.page.goBack();
    await ada.sees("message-input");
    assert.equal(await ada.find("message-input").inputValue(), "half a sentence");
    await ada.go("account");
    await ada.press("logout");
    await ada.press("confirm-logout");
    await ada.sees("go-login");
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
});
