/** Why a story failed: for who reads the report alone, and files for who can open them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { PICTURES } from "./places.mjs";

const LETTERS_OF_A_PAGE = 900;
const LOG_LINES = 15;
/** A page that has stopped answering tells nothing. */
const ANSWER_WITHIN_MS = 3_000;

/** @param {import("./person.mjs").Person} person */
export function complaintsOf(person) {
  return person.watch.unexpected().map((text) => `${person.name}: ${text}`);
}

/**
 * What the pages complained about, where each person was and what they read, and what the server warned of.
 * @param {{people: import("./person.mjs").Person[], server: {output: string}}} scene
 * @returns {Promise<string>}
 */
export async function account({ people, server }) {
  const complaints = people.flatMap(complaintsOf);
  const warnings = stripVTControlCharacters(server.output).split("\n").filter((line) => /\b(WARN|ERROR)\b/.test(line)).slice(-LOG_LINES);
  return [
    ...part("The pages complained:", complaints),
    ...part("What each of them saw:", await Promise.all(people.map(sightOf))),
    ...part("The server warned:", warnings),
  ].join("\n");
}

/** Leaves a picture of every page, and all that the server has said lately. */
export async function keepEvidence({ people, server }, name) {
  mkdirSync(PICTURES, { recursive: true });
  const story = join(PICTURES, `failed.${name.replaceAll(/[^a-z0-9]+/gi, "-")}`);
  writeFileSync(`${story}.server.log`, server.output);
  for (const [index, person] of people.entries()) {
    // The page may be what has failed: its picture is then not to be had.
    await person.page.screenshot({ path: `${story}.${index + 1}.png`, timeout: ANSWER_WITHIN_MS }).catch(() => undefined);
  }
}

/** @param {import("./person.mjs").Person} person */
async function sightOf({ name, page }) {
  const words = page.locator("body").innerText({ timeout: ANSWER_WITHIN_MS }).catch((error) => `no answer: ${error.message.split("\n")[0]}`);
  const { hash, pathname } = new URL(page.url());
  return `${name} at ${hash || pathname}: ${(await words).replaceAll(/\s+/g, " ").slice(0, LETTERS_OF_A_PAGE)}`;
}

function part(title, lines) {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
