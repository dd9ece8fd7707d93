// Every screen of a meeting, narrow and wide, light and dark: looked over by axe-core, for its layout, and in a language that nobody speaks.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { tableOf } from "../../client/support/english.mjs";
import { DESKTOP, meet } from "../support/person.mjs";
import { plainWords, speakPseudo } from "../support/pseudo.mjs";
import { openStage } from "../support/stage.mjs";

// Long enough to look over all that may be open before the question closes it, on a busy machine.
const story = openStage({ room: { countdown_secs: 40, notification_secs: 200 } });

story("no sheet of a room breaks a rule of accessibility, at any width and in both themes", async (scene) => {
  const [cay, dan] = await scene.members("Cay", "Dan");
  await cay.joinQueue();
  await cay.sees("waiting");
  await dan.joinQueue();
  await cay.sees("match-moment");
  await cay.inspect("moment");
  await Promise.all([cay, dan].map((person) => person.press("start-chatting")));
  await cay.say("Hello, have a look at https://example.com/");
  await dan.hears("Hello, have a look at https://example.com/");
  await dan.press("open-peer");
  await dan.sees("report-reason");
  await dan.inspect("about-the-other");
  await dan.press("close-peer");
  await dan.press("emoji");
  await dan.inspect("emojis");
  await cay.sees("decision", {}, 60_000);
  await cay.inspect("decision");
  await dan.press("leave-room");
  await dan.inspect("leave-question");
  await dan.press("confirm-leave");
  await cay.sees("outcome");
  await cay.inspect("ended");
});

story("every word of a meeting comes from the table, and longer words have room at 320 px", async (scene) => {
  const narrow = { viewport: { width: 320, height: 640 } };
  const [eda, fin] = await Promise.all([scene.enter("Eda", { device: narrow }), scene.enter("Fin", { device: narrow })]);
  await speakPseudo(eda.context);
  eda.watch.expect(/^401 POST \/auth\/refresh$/);
  await eda.page.reload();
  await eda.sees("go-signup");
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
  await eda.press("leave-room");
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

/** The first question, as the conversation begins with it. */
async function icebreaker(person) {
  const words = await person.find("opener").locator(".icebreaker").innerText();
  const [, begins, question, ends] = /^(.)(.*)(.)$/.exec(words) ?? [];
  return { question, marks: `${begins}${ends}` };
}
