import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe } from "node:test";
import { meet, PHONE } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const BOTH_SCHEMES = { schemes: ["light", "dark"] };

describe("the whole way", () => {
  const story = openStage({ room: { countdown_secs: 25, notification_secs: 25 } });

  story("two people sign up, meet, talk, and both keep the chat", async (scene) => {
    const [ada, ben] = await Promise.all([scene.enter("Ada", { device: PHONE }), scene.enter("Ben")]);
    await arrive(ada, ben);
    await signUpWithPictures(ada, ben);
    await waitAndMeet(ada, ben);
    await talk(ada, ben);
    await bothKeep(ada, ben);
    await comeBackLater(ada, ben);
  });
});

async function arrive(ada, ben) {
  for (const person of [ada, ben]) await person.show("01-landing", BOTH_SCHEMES);
  await ada.press("go-login");
  await ada.sees("login-form");
  await ada.show("02-login");
}

async function signUpWithPictures(ada, ben) {
  await ada.go("signup");
  await ada.sees("signup-form");
  await ada.show("03-signup", BOTH_SCHEMES);
  ada.watch.expect(/^422 POST \/auth\/register$/);
  await ada.press("signup");
  await ada.sees("password-error");
  await ada.show("04-signup-errors");
  await ben.fillSignUp();
  await ben.show("03-signup");
  await ben.press("signup");
  await ada.signUp();
  await ben.sees("starter");
  await ada.go("conversations");
  await ada.sees("no-conversations");
  await ada.show("05-no-conversations");
  for (const person of [ada, ben]) {
    await person.chooseProfile();
    await person.show("06-profile", { wholePage: true, ...BOTH_SCHEMES });
    await person.saveProfile();
  }
  await ada.show("07-profile-saved");
}

async function waitAndMeet(ada, ben) {
  await ada.go("wait");
  await ada.sees("join-queue");
  await ada.show("08-before-waiting");
  await ada.press("join-queue");
  await ada.sees("waiting");
  await ada.show("09-waiting", BOTH_SCHEMES);
  await ben.joinQueue();
  const moments = [ada, ben].map(async (person) => {
    await person.sees("match-moment");
    await person.show("10-match-moment");
    await person.press("start-chatting");
  });
  await Promise.all(moments);
  assert.equal(await ada.reads("chat-peer"), "Ben");
  assert.equal(await ben.reads("chat-peer"), "Ada");
}

async function talk(ada, ben) {
  await ada.sees("countdown-text");
  await ada.say("Hello Ben! Nice to meet you.");
  await ben.hears("Hello Ben! Nice to meet you.");
  await ben.say("Hi Ada! You like hiking too?");
  await ada.hears("Hi Ada! You like hiking too?");
  await ada.say("Very much. Last summer I walked across the Alps, from Munich to Venice. It took four weeks and two pairs of boots.");
  await ada.say("And you? 🥾");
  await ben.hears("And you? 🥾");
  await ben.find("message-input").pressSequentially("I have");
  await ada.find("typing").getByText("Ben is typing").waitFor();
  await Promise.all([ada, ben].map((person) => person.show("11-chat", BOTH_SCHEMES)));
  for (const person of [ada, ben]) {
    assert.equal(await person.find("chat").getAttribute("data-state"), "countdown", "the pictures show the countdown");
    assert.equal((await person.messages()).length, 4);
  }
}

async function bothKeep(ada, ben) {
  await Promise.all([ada, ben].map((person) => person.sees("decision", {}, 30_000)));
  assert.match(await ada.reads("decision"), /Ben only sees whether the chat goes on/);
  await Promise.all([ada, ben].map((person) => person.show("12-decision", BOTH_SCHEMES)));
  await ada.press("keep");
  await ada.sees("answered", { "data-response": "keep" });
  await ada.show("13-answered");
  assert.equal(await ben.find("answered").count(), 0, "an answer is private");
  await ben.press("keep");
  await Promise.all([ada, ben].map((person) => person.sees("outcome", { "data-outcome": "kept" })));
  await Promise.all([ada, ben].map((person) => person.show("14-kept", BOTH_SCHEMES)));
}

async function comeBackLater(ada, ben) {
  await ada.press("continue-chat");
  await ada.press("back");
  await ada.sees("conversation");
  await ben.press("continue-chat");
  await ben.say("Still here?");
  await ada.sees("unread");
  await ada.find("last-message").getByText("Still here?").waitFor();
  await ada.show("15-conversations", BOTH_SCHEMES);
  await ada.press("conversation");
  await ada.hears("Still here?");
  assert.equal(await ada.find("countdown-text").count(), 0, "a kept chat has no clock");
  assert.equal((await ada.messages()).length, 5);
  await ada.say("Always.");
  await ben.hears("Always.");
  await ben.find("receipt").getByText("Seen").waitFor();
  await Promise.all([ada, ben].map((person) => person.show("16-kept-conversation", BOTH_SCHEMES)));
  await ben.press("nav-conversations");
  await ben.sees("conversation");
  await ben.show("15-conversations");
}

describe("the end of a chat", () => {
  const story = openStage({ room: { countdown_secs: 6, notification_secs: 8 } });

  story("nobody learns who said no: a refusal looks like silence", async (scene) => {
    // The same names twice, so that the two pages may be compared word by word.
    const [eve, sam, otherEve, otherSam] = await scene.members("Eve", "Sam", "Eve", "Sam");
    await meet(eve, sam);
    await meet(otherEve, otherSam);
    const [afterRefusal, afterSilence] = await Promise.all([
      watchTheEnd(scene.server, sam, () => eve.press("end")),
      watchTheEnd(scene.server, otherSam, () => otherEve.sees("decision")),
    ]);
    assert.deepEqual(afterRefusal.looks, afterSilence.looks);
    for (const { heard, lateMs } of [afterRefusal, afterSilence]) {
      assert.deepEqual(heard, [], "nothing is said between the question and the outcome");
      assert.ok(lateMs > -100, `the end came ${-lateMs} ms early`);
      assert.ok(lateMs < 2_000, `the end was seen ${lateMs} ms late`);
    }
    await eve.sees("outcome", { "data-outcome": "ended" });
    for (const person of [eve, sam, otherEve, otherSam]) {
      assert.equal(await person.find("outcome").getAttribute("data-reason"), "not_kept");
      assert.equal(await person.find("message-input").count(), 0, "an ended chat takes no more messages");
    }
    await eve.show("18-ended", BOTH_SCHEMES);
    await sam.narrow();
    await sam.show("18-ended", BOTH_SCHEMES);
  });
});

/** Everything that a member's page shows and hears from the question to the outcome, while the other does something. */
async function watchTheEnd(server, member, othersDeed) {
  await member.sees("decision", {}, 15_000);
  await questionOnBothSockets(member);
  // What is called out follows with the next tick.
  await member.find("time-call").filter({ hasText: "left to decide" }).waitFor({ state: "attached" });
  const read = await server.device(member);
  const { ends_at } = await read(`/simple-countdown/status/${await member.roomId()}`);
  await member.page.evaluate(recordLooks);
  const from = Date.now();
  await othersDeed();
  await member.sees("outcome", {}, 20_000);
  const { looks, endedAt } = await member.page.evaluate(() => window.recorded);
  const endsAt = Date.parse(ends_at);
  const heard = member.frames.filter(({ at, type }) => at > from && at < endsAt && type !== "pong");
  return { looks, heard, lateMs: endedAt - endsAt };
}

/** The room's own socket and that of the notifications both tell of the question, one a little later. */
async function questionOnBothSockets({ frames }) {
  const sockets = () => new Set(frames.filter(({ type, state }) => type === "room" && state === "notification").map(({ socket }) => socket));
  for (let waits = 0; sockets().size < 2; waits += 1) {
    assert.ok(waits < 50, "both sockets tell of the question");
    await sleep(100);
  }
}

/**
 * Runs in the page: keeps every look of it, as it is drawn and not now and then, for a busy machine shows some of them for
 * a moment only. Left out is what differs between any two chats: ids, times, and how they were matched.
 */
function recordLooks() {
  const look = () => {
    const copy = document.querySelector("#main").cloneNode(true);
    copy.querySelector('[data-testid="opener"]')?.remove();
    return copy.innerHTML
      .replaceAll(/<!--.*?-->/gs, "")
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
      .replaceAll(/\d+:\d\d|\d+ sec/g, "TIME")
      .replaceAll(/stroke-dashoffset="[^"]*"/g, "");
  };
  const recorded = { looks: [look()], endedAt: 0 };
  window.recorded = recorded;
  const keep = () => {
    const now = look();
    if (recorded.looks.at(-1) !== now) recorded.looks.push(now);
    if (recorded.endedAt === 0 && document.querySelector('[data-testid="outcome"]')) recorded.endedAt = Date.now();
  };
  new MutationObserver(keep).observe(document.querySelector("#app"), { subtree: true, childList: true, attributes: true, characterData: true });
}
