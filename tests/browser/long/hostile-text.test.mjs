import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 90 } });

/** Each would do something where it is taken for markup, an address, a template or a part of an attribute. */
const CORPUS = [
  "<script>window.harmed = 1</script>",
  '<img src=x onerror="window.harmed = 1">',
  "<svg/onload=window.harmed=1>",
  '"><script>window.harmed=1</script>',
  "' onmouseover='window.harmed=1' x='",
  "<iframe srcdoc=\"<script>parent.harmed=1</script>\"></iframe>",
  "<a href=\"javascript:window.harmed=1\">press</a>",
  "javascript:window.harmed=1//https://example.com/",
  "<math><mtext></p><style><!--</style><img src onerror=window.harmed=1>",
  "<!--><img src=x onerror=window.harmed=1>-->",
  "<style>*{display:none}</style>",
  "<base href=//evil.example>",
  "<form action=//evil.example><input name=q></form>",
  "${window.harmed=1} {{window.harmed=1}} ?lit$123$ <?lit$",
  "&lt;script&gt;window.harmed=1&lt;/script&gt; &#x3c;b&#x3e;",
  "</title></textarea></script><svg onload=window.harmed=1>",
  "https://example.com/\"onmouseover=\"window.harmed=1",
  "https://example.com/<script>window.harmed=1</script>",
  "constructor __proto__ toString",
];

story("whatever people write, in every field, is shown as it was written and does nothing", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  for (const person of [ada, ben]) await person.context.addInitScript(() => (window.harmed = undefined));
  await ada.go("profile");
  await ada.sees("profile-form");
  const name = '"><img src=x onerror=harmed=1> ${7*7}';
  const bio = CORPUS.join("\n").slice(0, 480);
  await ada.fill({ display_name: name, bio });
  await ada.saveProfile();
  await meet(ada, ben);
  assert.equal(await ben.reads("chat-peer"), name);
  for (const text of CORPUS) {
    await ada.say(text);
    await ben.hears(text);
  }
  assert.deepEqual((await ben.messages()).map(({ text }) => text), CORPUS);
  for (const person of [ada, ben]) await person.press("keep");
  for (const person of [ada, ben]) await person.press("continue-chat");
  await ben.press("open-peer");
  await ben.find("peer-panel").getByRole("heading", { name, exact: true }).waitFor();
  await ben.sees("peer-bio");
  assert.equal(await ben.find("peer-bio").evaluate(({ textContent }) => textContent), bio);
  await ben.show("27-hostile-name");
  await ben.press("close-peer");
  await ben.go("conversations");
  await ben.find("last-message").getByText(CORPUS.at(-1)).waitFor();
  for (const person of [ada, ben]) await isUnharmed(person);
});

story("no name does anything either: a display name is shown as it is, a username is refused", async (scene) => {
  const [eve, sam] = await scene.members("Eve", "Sam");
  await meet(eve, sam);
  const device = await scene.server.device(eve);
  const profile = await device("/users/me/profile");
  for (const name of CORPUS.filter((_, index) => index % 3 === 0).map((text) => text.slice(0, 40).trim())) {
    await device("/users/me/profile", "PUT", { ...profile, display_name: name });
    await sam.go("conversations");
    await sam.page.reload();
    await sam.find("conversation").getByText(name, { exact: true }).waitFor();
    await isUnharmed(sam);
  }
  const kim = await scene.enter("Kim");
  kim.watch.expect(/^422 POST \/auth\/register$/, Infinity);
  for (const username of CORPUS.slice(0, 6)) {
    await kim.fillSignUp({ username });
    await kim.press("signup");
    await kim.sees("username-error");
    assert.equal(await kim.page.locator("#username").inputValue(), username);
    await isUnharmed(kim);
    await kim.go("login");
    await kim.sees("login-form");
  }
});

story("what a report says goes out as it was written and does nothing", async (scene) => {
  const [una, rob] = await scene.members("Una", "Rob");
  await meet(una, rob);
  const detail = CORPUS.join("\n").slice(0, 990).trim();
  await una.press("open-peer");
  await una.page.locator("summary").click();
  await una.find("report-detail").fill(detail);
  await una.press("close-peer");
  await una.press("open-peer");
  assert.equal(await una.find("report-detail").inputValue(), detail, "it is still there");
  const sent = una.page.waitForRequest(/\/report$/);
  await una.find("report-reason", { "data-reason": "spam" }).click();
  assert.equal((await sent).postDataJSON().detail, detail);
  await una.sees("reported");
  await isUnharmed(una);
});

/** Nothing of it has run, and nothing of it is a part of the page. @param {import("../support/person.mjs").Person} person */
async function isUnharmed({ page }) {
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  assert.equal(await page.locator("iframe, base, #app script, #app style, #main form[action]").count(), 0);
  assert.deepEqual(await page.locator("#main a").evaluateAll((links) =>
    links.map(({ protocol }) => protocol).filter((protocol) => !["http:", "https:"].includes(protocol))), []);
}
