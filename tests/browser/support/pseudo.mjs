/** A language that nobody speaks, made of the English table: what stays plain on a page was never translated. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./places.mjs";

const LOOKALIKES = Object.fromEntries([..."aáeéiíoóuúcçnñsšyýzžAÁEÉIÍOÓUÚCÇNÑSŠYÝZŽbƀdđfƒgğhħjĵkķlłmɱpþqɋrřtťvṽwŵxẋBƁDĐFƑGĞHĦJĴKĶLŁMṀPÞQɊRŘTŤVṼWŴXẊ"]
  .reduce((pairs, letter, index, all) => (index % 2 === 0 ? [...pairs, [letter, all[index + 1]]] : pairs), []));
/** Other languages take up to so much more room. */
const LONGER = 0.4;

/** @param {string} text @returns {string} with other letters, longer, and the same placeholders */
export function pseudo(text) {
  const parts = text.split(/(\{\w+\})/);
  const strange = parts.map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[A-Za-z]/g, (letter) => LOOKALIKES[letter])));
  const words = Math.ceil((text.length * LONGER) / 4);
  return `${strange.join("")} ${Array.from({ length: words }, () => "łôñğ").join(" ").slice(0, Math.ceil(text.length * LONGER))}`.trim();
}

/** The whole table. */
function pseudoTable() {
  const english = JSON.parse(readFileSync(join(ROOT, "static/locales/en.json"), "utf8"));
  const each = (value) => (typeof value === "string" ? pseudo(value)
    : Object.fromEntries(Object.entries(value).map(([key, text]) => [key, each(text)])));
  return each(english);
}

/** From now on the pages of this context read it in place of English. @param {import("playwright-core").BrowserContext} context */
async function speakPseudo(context) {
  await context.route("**/locales/en.json", (route) => route.fulfill({ json: pseudoTable() }));
}

/** Somebody on a narrow phone whose browser speaks a language that nobody speaks. */
export async function pseudoSpeaker(scene, name) {
  const person = await scene.enter(name, { device: { viewport: { width: 320, height: 640 } } });
  await speakPseudo(person.context);
  person.watch.expect(/^401 POST \/auth\/refresh$/);
  await person.page.reload();
  await person.sees("go-signup");
  return person;
}

/**
 * What stands on a page in plain letters.
 * @param {import("playwright-core").Page} page
 * @param {string[]} own what people have typed, and names that are the same in every language
 * @returns {Promise<string[]>}
 */
export function plainWords(page, own) {
  return page.evaluate((known) => {
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
    /** What `Intl` writes in the language of the page, and what is named in its own language. */
    const elsewhere = '[data-testid="languages"], [data-testid="language"], time, .brand, [lang]:not(html)';
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (isShown(parent) && !parent.closest(elsewhere) && !parent.matches("script, style, noscript")) texts.push(walker.currentNode.data);
    }
    for (const element of document.body.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
      for (const name of ["aria-label", "placeholder", "title", "alt"]) texts.push(element.getAttribute(name) ?? "");
    }
    const without = (text) => known.reduce((left, each) => left.replaceAll(each, ""), text);
    /** Units and months as Intl abbreviates them. */
    const units = /\b(?:min|sec|kB|MB|AM|PM|ago|now|yesterday|today|minutes?|seconds?|hours?|days?|in|and)\b|\b\d+ [A-Z][a-z]{2,8}\b/g;
    return texts.map((text) => without(text).replaceAll(units, "").trim()).filter((text) => /[A-Za-z]{2,}/.test(text));
  }, own);
}
