import assert from "node:assert/strict";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

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
  await ada.fill({ display_name: name, bio: CORPUS.join("\n").slice(0, 480) });
  await ada.saveProfile();
  await meet(ada, ben);
  assert.equal(await ben.reads("chat-peer"), name);
  for (const text of CORPUS) {
    await ada.say(text);
    await ben.hears(text);
  }
  assert.deepEqual((await ben.messages()).map(({ text }) => text), CORPUS);
  await ben.press("open-peer");
  await ben.find("peer-panel").getByRole("heading", { name, exact: true }).waitFor();
  await ben.show("27-hostile-name");
  await ben.press("close-peer");
  await ben.go("conversations");
  await ben.find("last-message").getByText(CORPUS.at(-1)).waitFor();
  for (const person of [ada, ben]) {
    assert.equal(await person.page.evaluate(() => window.harmed), undefined);
    assert.equal(await person.page.locator("iframe, base, #app script, #app style, #main form[action]").count(), 0);
    assert.deepEqual(await person.page.locator("#main a").evaluateAll((links) =>
      links.map(({ protocol }) => protocol).filter((protocol) => !["http:", "https:"].includes(protocol))), []);
  }
});
