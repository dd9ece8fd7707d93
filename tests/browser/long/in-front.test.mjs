// What must not be missed comes to the front, and tears nobody away from what they are doing.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const BOTH_SCHEMES = { schemes: ["light", "dark"] };

describe("a match", () => {
  const story = openStage({ room: { countdown_secs: 240, no_show_secs: 60 } });

  story("does not tear away who is writing: it is shown with its clock, and words and files wait in their room", async (scene) => {
    const [ada, ben, cem] = await scene.members("Ada", "Ben", "Cem");
    await keep(ada, ben);
    const room = await ada.roomId();
    await ada.joinQueue();
    await ada.sees("waiting");
    await ada.go(`room/${room}`);
    await ada.find("message-input").pressSequentially("half a sen");
    const goOn = await holdUploads(ada);
    await ada.find("file-input").setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("four weeks") });
    await ada.sees("upload", { "data-state": "uploading" });
    await ada.find("message-input").focus();

    await cem.joinQueue();
    await ada.sees("meeting", { "data-state": "idle" });
    await ada.find("meeting-clock").waitFor();
    assert.equal(await ada.roomId(), room);
    assert.match(await ada.page.title(), /Meet Cem/);
    await ada.page.keyboard.type("tence");
    assert.equal(await ada.find("message-input").inputValue(), "half a sentence");
    await ada.inspect("meeting-elsewhere");
    await ada.press("go-meeting");
    await ada.sees("match-moment");
    assert.equal(await ada.find("meeting").count(), 0);
    await ada.press("start-chatting");
    await cem.press("start-chatting");
    assert.equal(await ada.find("message-input").inputValue(), "", "each room has its own");
    await ada.find("message-input").fill("a moment, please");
    goOn();

    await ada.go(`room/${room}`);
    await ada.sees("meeting", { "data-state": "countdown" });
    await ada.sees("upload", { "data-state": "done" });
    assert.equal(await ada.find("message-input").inputValue(), "half a sentence");
    await ada.page.reload();
    await ada.sees("message-input");
    assert.equal(await ada.find("message-input").inputValue(), "half a sentence", "words outlive the page");
    await ada.press("send");
    await ada.sees("message", { "data-state": "sent", "data-mine": "true" });
    assert.equal(await ada.find("message-input").inputValue(), "");
    await ada.press("go-meeting");
    await ada.find("message-input").waitFor();
    assert.equal(await ada.find("message-input").inputValue(), "a moment, please");
    await ada.go(`room/${room}`);
    await ada.hears("half a sentence");
    assert.equal(await ada.find("message-input").inputValue(), "", "what is sent is not written any more");
  });

  story("does not tear away who changes their password, nor who is asked whether to delete the account", async (scene) => {
    const [dan, eli, fay, gus] = await scene.members("Dan", "Eli", "Fay", "Gus");
    const passwords = { current_password: dan.password, new_password: "another quiet river" };
    await dan.joinQueue();
    await dan.sees("waiting");
    await dan.go("account");
    await dan.sees("session");
    await dan.fill(passwords);
    await eli.joinQueue();
    await dan.sees("meeting");
    for (const [name, value] of Object.entries(passwords)) assert.equal(await dan.page.locator(`[name="${name}"]`).inputValue(), value);

    await fay.joinQueue();
    await fay.sees("waiting");
    await fay.go("account");
    await fay.press("ask-deletion");
    await fay.fill({ password: "half a pass" });
    await gus.joinQueue();
    await fay.sees("meeting");
    assert.equal(await fay.page.locator('[name="password"]').inputValue(), "half a pass");
  });

  story("is told to whoever signs in next, also in the tab where the other one of the two has seen it", async (scene) => {
    const [hal, ivy] = await scene.members("Hal", "Ivy");
    await ivy.joinQueue();
    await ivy.sees("waiting");
    await ivy.go("profile");
    await ivy.sees("profile-form");
    await ivy.page.locator("#bio").fill("not there yet");
    await hal.joinQueue();
    await hal.press("start-chatting");
    assert.equal(await hal.reads("chat-peer"), "Ivy");
    await hal.go("account");
    await hal.press("logout");
    await hal.press("go-login");
    await hal.fill({ username: ivy.username, password: ivy.password });
    await hal.press("login");
    await hal.sees("match-moment");
    assert.equal(await hal.reads("peer-name"), "Hal", "it is Ivy who sits here now");
  });

  story("takes who has a new password already, or has left the form", async (scene) => {
    const [hal, ivy] = await scene.members("Hal", "Ivy");
    await hal.joinQueue();
    await hal.sees("waiting");
    await hal.go("account");
    await hal.sees("session");
    await hal.fill({ current_password: hal.password, new_password: "another quiet river" });
    await hal.press("change-password");
    await hal.sees("notice");
    await ivy.joinQueue();
    await hal.sees("match-moment");
  });
});

describe("a match that nobody comes to", () => {
  const story = openStage({ room: { countdown_secs: 240, no_show_secs: 5 } });

  story("is said, and nobody is blamed", async (scene) => {
    const [ida, tim, una] = await scene.members("Ida", "Tim", "Una");
    await keep(ida, tim);
    const room = await ida.roomId();
    await ida.joinQueue();
    await ida.sees("waiting");
    await ida.go(`room/${room}`);
    await ida.find("message-input").fill("still here");
    await una.joinQueue();
    await ida.sees("meeting");
    await ida.find("notice").getByText("did not come about").waitFor();
    await ida.find("meeting").waitFor({ state: "detached" });
    assert.equal(await ida.find("message-input").inputValue(), "still here");
    await ida.go("wait");
    await ida.sees("join-queue");
  });
});

describe("the question", () => {
  const story = openStage({ room: { countdown_secs: 25, notification_secs: 120 } });

  story("comes before what lies over it, where the clock is seen and heard until then", async (scene) => {
    const [eva, kai] = await scene.members("Eva", "Kai");
    await meet(eva, kai);
    await eva.press("open-peer");
    await eva.sees("report-reason");
    await eva.page.locator("summary").click();
    await eva.find("report-detail").fill("they said that");
    await eva.sees("dialog-countdown");
    assert.ok(await eva.find("time-call").evaluate((call) => call.closest("dialog[open]") !== null), "nothing outside of a dialog is heard");
    await eva.inspect("clock-in-dialog");
    await kai.press("leave-room");
    await kai.sees("leave-question");

    for (const person of [eva, kai]) await person.sees("decision", {}, 40_000);
    assert.equal(await eva.find("peer-panel").count(), 0);
    assert.equal(await kai.find("leave-question").count(), 0);
    await eva.find("time-call").getByText("Time is up").waitFor({ state: "attached" });
    await eva.press("open-peer");
    assert.equal(await eva.find("report-detail").inputValue(), "they said that", "what was written is not lost");
    await eva.page.keyboard.press("Escape");
    await eva.press("keep");
    await eva.sees("answered");
  });

  story("a notice is seen and closed also where a dialog is open", async (scene) => {
    const [amy, jon] = await scene.members("Amy", "Jon");
    await meet(amy, jon);
    for (const person of [amy, jon]) await person.press("open-peer");
    await amy.press("like");
    await amy.sees("like", { "aria-pressed": "true" });
    await jon.press("like");
    for (const person of [amy, jon]) await person.find("notice").getByText("like each other").waitFor();
    // It goes by itself after a while, so nothing else comes before this.
    await amy.find("notice").getByRole("button").click();
    await jon.show("notice-in-dialog", BOTH_SCHEMES);
    await amy.find("notice").waitFor({ state: "detached" });
    await amy.sees("peer-panel");
  });
});

/** Two meet, and stay in touch. */
async function keep(one, other) {
  await meet(one, other);
  for (const person of [one, other]) await person.press("keep");
  for (const person of [one, other]) await person.press("continue-chat");
}

/** Uploads of this person wait. @returns {Promise<() => void>} lets them go on */
async function holdUploads({ page }) {
  /** @type {() => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/chat/rooms/*/files", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
