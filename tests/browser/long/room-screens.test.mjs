// Every screen of a meeting, narrow and wide, light and dark: looked over by axe-core, for its layout, and in a language that nobody speaks.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { tableOf } from "../../client/support/english.mjs";
import { DESKTOP, meet } from "../support/person.mjs";
import { plainWords, pseudoSpeaker } from "../support/pseudo.mjs";
import { openStage } from "../support/stage.mjs";

// Whoever looks over a screen takes as long as the machine does: what needs no clock is looked at in a room that is kept.
const story = openStage({ room: { countdown_secs: 40, notification_secs: 200 } });

story("what a room has to say of the other breaks no rule of accessibility, at any width and in both themes", async (scene) => {
  const [cay, dan] = await scene.members("Cay", "Dan");
  await meet(cay, dan);
  await keepBoth(scene, cay, dan);
  await dan.press("open-peer");
  await dan.sees("report-reason");
  await dan.inspect("about-the-other");
  await dan.press("close-peer");
});

story("nor do its emojis, beside what was said", async (scene) => {
  const [ivy, jon] = await scene.members("Ivy", "Jon");
  await meet(ivy, jon);
  await keepBoth(scene, ivy, jon);
  await ivy.say("Hello, have a look at https://example.com/");
  await jon.hears("Hello, have a look at https://example.com/");
  await jon.press("emoji");
  await jon.inspect("emojis");
});

story("nor does the moment of a match, nor the question at its end", async (scene) => {
  const [gil, hua] = await scene.members("Gil", "Hua");
  await gil.joinQueue();
  await gil.sees("waiting");
  await hua.joinQueue();
  await gil.sees("match-moment");
  await gil.inspect("moment");
  await gil.sees("decision", {}, 60_000); // it closes the moment, if nobody has
  await gil.inspect("decision");
});

story("nor does the question whether to leave, nor what comes of it", async (scene) => {
  const [lia, moe] = await scene.members("Lia", "Moe");
  await meet(lia, moe);
  await keepBoth(scene, lia, moe);
  await moe.press("leave-room");
  await moe.inspect("leave-question");
  await moe.press("confirm-leave");
  await lia.sees("outcome");
  await lia.inspect("ended");
});

story("every word of a meeting comes from the table, and longer words have room at 320 px", async (scene) => {
  const narrow = { viewport: { width: 320, height: 640 } };
  const [eda, fin] = await Promise.all([pseudoSpeaker(scene, "Eda"), scene.enter("Fin", { device: narrow })]);
  for (const person of [eda, fin]) {
    await person.signUp();
    await person.chooseProfile();
    await person.press("save-profile");
    await person.sees("go-wait");
  }
  await meet(eda, fin);
  const own = ["WebChat", "English", "Windows", "Mac", "Ctrl", eda.name, fin.name, "Hello"];
  const read = async (screen) => {
    for (const words of await plainWords(eda.page, own)) eda.watch.complain(`${screen} says “${words}” in one language`);
    await eda.show(`pseudo-${screen}`);
  };
  await eda.say("Hello");
  await fin.hears("Hello");
  await fin.find("message-input").pressSequentially("Hel");
  await read("chat");
  await eda.press("emoji");
  await read("emojis");
  await eda.press("emoji");
  await eda.press("open-peer");
  await eda.sees("report-reason");
  await read("about-the-other");
  await eda.press("close-peer");
  await eda.sees("decision", {}, 60_000);
  await sleep(1_000); // the answers take a moment to be taken
  await read("decision");
  await eda.press("keep");
  await eda.sees("answered");
  await read("answered");
  await eda.press("open-peer"); // so narrow, the way out is in there
  await eda.press("leave-from-panel");
  await read("leave-question");
  await eda.press("confirm-leave");
  await eda.sees("outcome");
  await read("ended");
});

story("two who speak different languages are asked the same first question, each in their own", async (scene) => {
  const people = [await scene.enter("Nia"), await scene.enter("Oto", { device: { ...DESKTOP, locale: "de-DE" } })];
  for (const person of people) {
    await person.signUp();
    await person.chooseProfile();
    await person.press("save-profile");
    await person.sees("go-wait");
  }
  await meet(...people);
  const [asked, gefragt] = await Promise.all(people.map(icebreaker));
  const [topic] = Object.entries(tableOf("en").icebreaker).find(([, words]) => words === asked.question) ?? [];
  assert.ok(["hiking", "music"].includes(topic), `${asked.question}: about what both like`);
  assert.equal(gefragt.question, tableOf("de").icebreaker[topic]);
  assert.deepEqual([asked.marks, gefragt.marks], ["“”", "„“"]);
});

/** From another device of each: no clock ends the room any more. */
async function keepBoth(scene, ...people) {
  const room = await people[0].roomId();
  for (const device of await Promise.all(people.map((person) => scene.server.device(person)))) await device(`/chat/keep/${room}`, "POST");
  await Promise.all(people.map((person) => person.sees("chat", { "data-state": "kept" })));
}

/** The first question, as the conversation begins with it. */
async function icebreaker(person) {
  const words = await person.find("opener").locator(".icebreaker").innerText();
  const [, begins, question, ends] = /^(.)(.*)(.)$/.exec(words) ?? [];
  return { question, marks: `${begins}${ends}` };
}
