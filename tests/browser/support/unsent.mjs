/** What a browser keeps of messages until the database has them. */
import assert from "node:assert/strict";
import { meet } from "./person.mjs";
import { OUTAGE } from "./watch.mjs";

/** Two people who have met, and whose first message is stored. */
export async function talking(scene) {
  const [ana, tom] = await scene.members("Ana", "Tom");
  for (const person of [ana, tom]) for (const pattern of OUTAGE) person.watch.expect(pattern, Infinity);
  await meet(ana, tom);
  await ana.say("hello");
  await tom.hears("hello");
  await untilNothingIsKept(ana);
  return [ana, tom];
}

/** What the browser keeps of unsent messages, of everybody. @param {import("./person.mjs").Person} person */
export async function kept({ page }) {
  return page.evaluate(() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("webchat");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction("unsent").objectStore("unsent").getAll();
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result);
      };
    };
  }));
}

/** @param {import("./person.mjs").Person} person */
export async function untilNothingIsKept(person) {
  const deadline = Date.now() + 20_000;
  let left = await kept(person);
  while (left.length > 0 && Date.now() < deadline) {
    await person.page.waitForTimeout(100);
    left = await kept(person);
  }
  assert.deepEqual(left, []);
}
