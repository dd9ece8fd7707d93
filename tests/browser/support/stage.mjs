/** A server and a browser for a file of stories, and what every story owes: pages without complaints. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { account, complaintsOf, keepEvidence } from "./evidence.mjs";
import { Person } from "./person.mjs";
import { CHROMIUM } from "./places.mjs";
import { Server } from "./server.mjs";

const STORY_LIMIT_MS = 120_000;
/** Of a story that hangs, the evidence and the closing of its pages. */
const AFTERMATH_MS = 30_000;
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
  return (name, body) => test(name, { timeout: STORY_LIMIT_MS + AFTERMATH_MS }, () => play(new Scene(browser, server), name, body));
}

class Scene {
  /** @type {Person[]} */
  people = [];
  #browser;

  constructor(browser, server) {
    this.#browser = browser;
    this.server = server;
  }

  /** Somebody new comes to the landing page, at the server or where a way of their own leads to it. */
  async enter(name, { device, origin } = {}) {
    const person = await this.#sitDown(name, device, origin);
    await person.arrive();
    return person;
  }

  async #sitDown(name, device, origin = this.server.origin) {
    const person = await Person.sitDown(this.#browser, origin, { name, device });
    this.people.push(person);
    return person;
  }

  /** New members with complete profiles, one for each name, whose pages show them. The way in has stories of its own. */
  async members(...names) {
    return Promise.all(names.map(async (name) => {
      const person = await this.#sitDown(name);
      await person.comeAsMember();
      return person;
    }));
  }
}

async function play(scene, name, body) {
  try {
    await withinLimit(body(scene));
    assert.deepEqual(scene.people.flatMap(complaintsOf), [], "the pages have complained");
  } catch (error) {
    await keepEvidence(scene, name);
    const why = await account(scene);
    // Some reports print the message, others the stack, which keeps the message that it was made with.
    error.stack += `\n${why}`;
    error.message += `\n${why}`;
    throw error;
  } finally {
    await Promise.all(scene.people.map(({ context }) => context.close()));
  }
}

/** The runner's own limit would end a story without a word of what it was waiting for. */
async function withinLimit(story) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the story took longer than ${STORY_LIMIT_MS} ms`)), STORY_LIMIT_MS);
  });
  try {
    await Promise.race([story, limit]);
  } finally {
    clearTimeout(timer);
  }
}
