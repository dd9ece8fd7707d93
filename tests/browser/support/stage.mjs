/** A server and a browser for a file of stories, and what every story owes: pages without complaints. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { Person } from "./person.mjs";
import { CHROMIUM, PICTURES } from "./places.mjs";
import { Server } from "./server.mjs";

const STORY_LIMIT_MS = 120_000;
const SET_UP_LIMIT_MS = 90_000;
const ARGUMENTS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/**
 * Opens a stage for the stories of this file.
 * @param {Record<string, Record<string, unknown>>} settings of the server
 * @param {Server|import("./deployment.mjs").Deployment} server
 * @returns {(name: string, body: (scene: Scene) => Promise<void>) => void} declares a story
 */
export function openStage(settings, server = new Server(settings)) {
  let browser;
  before(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    await server.start();
  }, { timeout: SET_UP_LIMIT_MS });
  after(async () => {
    await browser?.close();
    await server.stop();
  }, { timeout: SET_UP_LIMIT_MS });
  return (name, body) => test(name, { timeout: STORY_LIMIT_MS }, () => play(new Scene(browser, server), name, body));
}

class Scene {
  /** @type {Person[]} */
  people = [];
  #browser;

  constructor(browser, server) {
    this.#browser = browser;
    this.server = server;
  }

  /** Somebody new comes to the landing page. */
  async enter(name, device) {
    const person = await Person.enter(this.#browser, this.server.origin, { name, device });
    this.people.push(person);
    return person;
  }

  /** New members with complete profiles, one for each name. */
  async members(...names) {
    return Promise.all(names.map(async (name) => {
      const person = await this.enter(name);
      await person.becomeMember();
      return person;
    }));
  }
}

async function play(scene, name, body) {
  try {
    await body(scene);
  } catch (error) {
    await keepEvidence(scene, name);
    const complaints = scene.people.flatMap(complaintsOf);
    error.message += `${complaints.length > 0 ? "\nThe pages complained:\n" : ""}${complaints.join("\n")}`;
    throw error;
  } finally {
    // Complaints made while the pages are being closed are not the story's.
    scene.complaints = scene.people.flatMap(complaintsOf);
    await Promise.all(scene.people.map(({ context }) => context.close()));
  }
  assert.deepEqual(scene.complaints, [], "the pages have complained");
}

/** @param {Person} person */
function complaintsOf(person) {
  return person.watch.unexpected().map((text) => `${person.name}: ${text}`);
}

/** What each person saw when the story failed, and what the server said. */
async function keepEvidence(scene, name) {
  mkdirSync(PICTURES, { recursive: true });
  const story = join(PICTURES, `failed.${name.replaceAll(/[^a-z0-9]+/gi, "-")}`);
  writeFileSync(`${story}.server.log`, scene.server.output);
  for (const [index, person] of scene.people.entries()) {
    // The page may be what has failed: its picture is then not to be had.
    await person.page.screenshot({ path: `${story}.${index + 1}.png` }).catch(() => undefined);
  }
}
