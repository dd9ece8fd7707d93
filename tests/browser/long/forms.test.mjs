import assert from "node:assert/strict";
import { meet, PHONE } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 60 } });

story("a mistake is named beside its field, and what was typed stays", async (scene) => {
  const ola = await scene.enter("Ola");
  await ola.fillSignUp({ username: "o!", password: "short" });
  ola.watch.expect(/^422 POST \/auth\/register$/);
  await ola.press("signup");
  for (const field of ["username", "password"]) {
    await ola.sees(`${field}-error`);
    const input = ola.page.locator(`#${field}`);
    assert.equal(await input.getAttribute("aria-invalid"), "true");
    assert.match(await input.getAttribute("aria-describedby"), new RegExp(`${field}-error`));
  }
  assert.equal(await ola.find("date_of_birth-error").count(), 0);
  assert.equal(await ola.page.evaluate(() => document.activeElement.id), "username", "the first fault has the focus");
  assert.equal(await ola.page.locator("#username").inputValue(), "o!");
  assert.equal(await ola.page.locator("#display_name").inputValue(), "Ola");

  await ola.fill({ username: ola.username, password: ola.password });
  await ola.press("signup");
  await ola.sees("starter");
});

story("somebody too young is told so at the date of birth", async (scene) => {
  const kid = await scene.enter("Kid");
  const date_of_birth = `${new Date().getFullYear() - 10}-01-01`;
  await kid.fillSignUp({ date_of_birth });
  kid.watch.expect(/^422 POST \/auth\/register$/);
  await kid.press("signup");
  assert.match(await kid.reads("date_of_birth-error"), /young|18/i);
});

story("a taken username is named at the username, whatever its case", async (scene) => {
  const [ruth] = await scene.members("Ruth");
  const second = await scene.enter("Ruth");
  await second.fillSignUp({ username: ruth.username.toUpperCase() });
  second.watch.expect(/^409 POST \/auth\/register$/);
  await second.press("signup");
  assert.match(await second.reads("username-error"), /taken/i);
});

story("a wrong password is refused, the right one leads in, and logging out leads out for good", async (scene) => {
  const [noa] = await scene.members("Noa");
  await noa.go("account");
  await noa.press("logout");
  await noa.sees("go-login");
  noa.watch.expect(/^401 POST \/auth\/refresh$/);
  await noa.page.reload();
  await noa.sees("go-login");

  await noa.press("go-login");
  await noa.fill({ username: noa.username, password: "not the password" });
  noa.watch.expect(/^401 POST \/auth\/login$/);
  await noa.press("login");
  const refusal = await noa.reads("form-error");
  await noa.fill({ username: "nobody-of-this-name" });
  noa.watch.expect(/^401 POST \/auth\/login$/);
  await noa.press("login");
  await noa.find("login").and(noa.page.locator(":enabled")).waitFor();
  assert.equal(await noa.reads("form-error"), refusal, "a wrong name and a wrong password look the same");

  await noa.fill({ username: noa.username, password: noa.password });
  await noa.press("login");
  await noa.sees("no-conversations");
  await noa.page.reload();
  await noa.sees("no-conversations");
});

story("a profile's mistakes are named beside their fields, and the rest is kept", async (scene) => {
  const uma = await scene.enter("Uma");
  await uma.signUp();
  await uma.chooseProfile();
  await uma.fill({ age_min: "40", age_max: "30", bio: "I walk a lot." });
  uma.watch.expect(/^422 PUT \/users\/me\/profile$/);
  await uma.press("save-profile");
  await uma.page.locator('[data-testid="age_min-error"], [data-testid="age_max-error"]').first().waitFor();
  assert.equal(await uma.page.locator("#bio").inputValue(), "I walk a lot.");
  assert.ok(await uma.page.locator('input[name="interests"][value="hiking"]').isChecked());

  await uma.fill({ age_min: "30", age_max: "40" });
  await uma.saveProfile();
  await uma.page.reload();
  await uma.sees("profile-form");
  assert.equal(await uma.page.locator("#bio").inputValue(), "I walk a lot.");
  assert.equal(await uma.page.locator("#age_max").inputValue(), "40");
});

story("who looks for somebody without a gender or an interest is told so, and led to what is missing", async (scene) => {
  const pia = await scene.enter("Pia", { device: PHONE });
  await pia.signUp();
  await pia.press("join-queue");
  for (const name of ["gender", "interests"]) {
    await pia.sees(`${name}-error`);
    assert.match(await pia.page.locator(`input[name="${name}"][aria-invalid="true"]`).getAttribute("aria-describedby"), new RegExp(`${name}-error`));
  }
  assert.equal(await pia.reads("form-error"), "Please look at the marked fields.");
  assert.equal(await pia.page.evaluate(() => document.activeElement.name), "gender", "the first fault has the focus");
  await pia.page.waitForFunction(() => document.querySelector("#gender-error").getBoundingClientRect().top >= 0);
  await pia.page.locator('input[name="gender"][value="woman"]').check();
  await pia.press("join-queue");
  await pia.page.waitForFunction(() => document.activeElement.name === "interests");
});

const HOSTILE_NAME = "<img src=x onerror=hacked=1>";
const HOSTILE_TEXTS = [
  "<script>hacked=1</script>",
  "<img src=x onerror=\"hacked=1\">",
  "<svg/onload=hacked=1>",
  "\"><iframe srcdoc='<script>parent.hacked=1</script>'>",
  "<a href=\"javascript:hacked=1\">press</a>",
  "javascript:hacked=1",
  "{{constructor.constructor('hacked=1')()}} ${hacked=1}",
  "<!--?lit$0$--><b>bold</b><!---->",
  "&lt;b&gt; &amp; &#60;script&#62;",
  "</textarea></p></li></main><h1>mine</h1>",
  "<style>*{display:none}</style>",
  "\u202Eright to left\u202C and a wide 👩‍👩‍👧‍👦 one",
];

story("whatever people write stays text: in messages, in names, and in the list", async (scene) => {
  const [zoe, bot] = await scene.members("Zoe", HOSTILE_NAME);
  await meet(zoe, bot);
  assert.equal(await zoe.reads("chat-peer"), HOSTILE_NAME);
  for (const text of HOSTILE_TEXTS) await bot.say(text);
  await zoe.hears(HOSTILE_TEXTS.at(-1));
  for (const person of [zoe, bot]) {
    assert.deepEqual((await person.messages()).map(({ text }) => text), HOSTILE_TEXTS);
  }
  await zoe.go("conversations");
  await zoe.find("open-rooms").getByText(HOSTILE_NAME, { exact: true }).waitFor();
  for (const person of [zoe, bot]) {
    const harm = await person.page.evaluate(() => ({
      hacked: "hacked" in globalThis,
      elements: document.querySelectorAll("#main :is(script, iframe, style, b, img:not([src^='/img/']))").length,
    }));
    assert.deepEqual(harm, { hacked: false, elements: 0 });
  }
});
