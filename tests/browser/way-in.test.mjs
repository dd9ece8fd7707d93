import assert from "node:assert/strict";
import { openStage } from "./support/stage.mjs";

const story = openStage();

/** Fields and choices. What submits, or leads from one screen to the next, is none. */
const INPUTS_MOST = 4;
const WITHIN_MS = 60_000;

story("from the landing page to the waiting room it takes at most four inputs, counted by the page itself", async (scene) => {
  const kim = await scene.enter("Kim");
  await kim.page.evaluate(countInputs);
  const began = Date.now();
  await kim.press("go-signup");
  await kim.sees("signup-form");
  const suggested = await kim.page.locator("#username").inputValue();
  assert.match(suggested, /^[a-z]+-[a-z]+-\d{4}$/);
  const name = await kim.page.locator("#display_name").inputValue();
  await kim.fill({ password: kim.password, date_of_birth: "1994-03-09" });
  await kim.press("signup");
  await kim.sees("wait-screen");
  await kim.sees("starter");
  const asked = await kim.reads("profile-missing");
  assert.match(asked, /your gender and one interest/);
  assert.ok(asked.includes(name), "who has not given a name is told what they are called");
  assert.equal(await kim.page.locator('[name="display_name"]').count(), 0, "what is known is not asked again");
  await kim.show("24-starter", { schemes: ["light", "dark"] });

  await kim.page.locator('input[name="gender"][value="woman"]').check();
  await kim.page.locator('input[name="interests"][value="chess"]').check();
  assert.match(await kim.reads("interests-count"), /1 of 10/);
  await kim.press("join-queue");
  await kim.sees("waiting");
  const tookMs = Date.now() - began;
  const given = await kim.page.evaluate(() => window.inputsGiven);
  console.log(`from the landing page into the queue: ${tookMs} ms, by ${given.join(", ")}`);
  assert.ok(tookMs < WITHIN_MS);
  assert.ok(given.length <= INPUTS_MOST, given.join(", "));
  const { username, display_name } = await (await scene.server.device({ username: suggested, password: kim.password }))("/users/me");
  assert.deepEqual([username, display_name], [suggested, name], "the account is the suggested one");
  await leaveQueue(kim);
});

/** Runs in the page: every field or choice that is given, once each time it changes. */
function countInputs() {
  window.inputsGiven = [];
  addEventListener("change", ({ target }) => window.inputsGiven.push(target.name), true);
}

/** A ticket outlives its page for a while, and the next story's people would meet whoever it is of. */
async function leaveQueue(person) {
  await person.press("leave-queue");
  await person.sees("join-queue");
}

story("names that are suggested to somebody new may be changed, and what is missing is said at its place", async (scene) => {
  const kim = await scene.enter("Kim");
  await kim.signUp();
  await kim.press("join-queue");
  for (const field of ["gender", "interests"]) await kim.sees(`${field}-error`);
  const { username, display_name } = await (await scene.server.device(kim))("/users/me");
  assert.deepEqual([username, display_name], [kim.username, "Kim"]);
});

story("who gives no name is called by the username, and who takes it away is asked for it before anybody is looked for", async (scene) => {
  const lou = await scene.enter("Lou");
  await lou.fillSignUp({ display_name: "" });
  await lou.press("signup");
  await lou.sees("starter");
  await lou.chooseProfile();
  assert.equal(await lou.page.locator("#display_name").inputValue(), lou.username);
  await lou.fill({ display_name: " " });
  await lou.saveProfile();
  await lou.go("wait");
  await lou.sees("starter");
  assert.match(await lou.reads("profile-missing"), /your display name\./);
  await lou.fill({ display_name: "Lou" });
  await lou.press("join-queue");
  await lou.sees("waiting");
  await leaveQueue(lou);
});

story("what is typed on the profile's screen and not saved yet goes along when the waiting room asks for the rest", async (scene) => {
  const fee = await scene.enter("Fee");
  await fee.signUp();
  await fee.go("profile");
  await fee.sees("profile-form");
  for (const [name, value] of [["gender", "woman"], ["interests", "chess"], ["preferred_genders", "man"], ["languages", "en"]]) {
    await fee.page.locator(`input[name="${name}"][value="${value}"]`).check();
  }
  await fee.page.locator("#bio").fill("Rivers.");
  await fee.fill({ age_min: "5" });
  assert.match(await fee.reads("profile-saved"), /Not saved/);
  await fee.go("wait");
  await fee.sees("starter");
  await fee.page.locator('input[name="interests"][value="hiking"]').check();
  fee.watch.expect(/^422 PUT \/users\/me\/profile$/);
  await fee.press("join-queue");
  assert.match(await fee.reads("form-error"), /whole profile/, "what is refused is not on this screen");

  await fee.go("profile");
  await fee.sees("profile-form");
  await fee.fill({ age_min: "25" });
  await fee.go("wait");
  await fee.sees("starter");
  await fee.press("join-queue");
  await fee.sees("waiting");
  const saved = await (await scene.server.device(fee))("/users/me/profile");
  const { gender, interests, preferred_genders, languages, bio, age_min } = saved;
  assert.deepEqual({ gender, interests, preferred_genders, languages, bio, age_min },
    { gender: "woman", interests: ["chess", "hiking"], preferred_genders: ["man"], languages: ["en"], bio: "Rivers.", age_min: 25 });
  await leaveQueue(fee);
});

story("a complete profile says what would still help, and what is typed waits for its saving", async (scene) => {
  const [mia] = await scene.members("Mia");
  await mia.go("profile");
  assert.match(await mia.reads("profile-would-help"), /what you look for and a few words about you/);
  await mia.page.locator("#bio").fill("Rivers, and how they find their way. ");
  assert.match(await mia.reads("profile-saved"), /Not saved/);
  await mia.go("wait");
  await mia.sees("wait-screen");
  await mia.go("profile");
  assert.equal(await mia.page.locator("#bio").inputValue(), "Rivers, and how they find their way. ");
  await mia.page.locator('input[name="looking_for"][value="friendship"]').check();
  await mia.saveProfile();
  assert.equal(await mia.find("profile-would-help").count(), 0);
});

story("the page speaks the language that is chosen, and looks as it is told to, also after a reload", async (scene) => {
  const eva = await scene.enter("Eva");
  const lang = () => eva.page.evaluate(() => document.documentElement.lang);
  assert.equal(await lang(), "en");
  await eva.find("language").selectOption("de");
  await eva.page.getByRole("link", { name: "Konto erstellen" }).waitFor();
  assert.equal(await lang(), "de");
  eva.watch.expect(/^401 POST \/auth\/refresh$/);
  await eva.page.reload();
  await eva.page.getByRole("link", { name: "Konto erstellen" }).waitFor();
  await eva.find("language").selectOption("vi");
  await eva.page.getByRole("link", { name: "Tạo tài khoản" }).waitFor();
  await eva.show("01-landing-vi");
});
