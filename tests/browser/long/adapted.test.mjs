// People whose system forces its colours, who write from the right, or with an input method.
import assert from "node:assert/strict";
import { join } from "node:path";
import { meet } from "../support/person.mjs";
import { PICTURES } from "../support/places.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 100 } });

story("where the system forces its colours, what is chosen, whose words they are and the time left can be told apart", async (scene) => {
  const [ada, ben] = await scene.members("Ada", "Ben");
  await ada.page.emulateMedia({ forcedColors: "active" });
  const look = (selector) => ada.page.locator(selector).first().evaluate((element) => {
    const { backgroundColor: ground, color, borderTopStyle: edge, borderTopWidth: width, stroke } = getComputedStyle(element);
    return { ground, color, edge, width, stroke };
  });
  const [chosen, others] = await Promise.all(['input[value="hiking"] + span', 'input[value="chess"] + span'].map(look));
  assert.notEqual(chosen.ground, others.ground, "a chosen chip looks chosen");
  assert.notEqual(chosen.ground, chosen.color);
  await ada.page.screenshot({ path: join(PICTURES, "forced-colours-profile.png") });
  await meet(ada, ben);
  await ada.say("mine");
  await ben.say("theirs");
  await ada.hears("theirs");
  const [mine, theirs] = await Promise.all([".mine .bubble", ".theirs .bubble"].map(look));
  assert.deepEqual([mine.edge, theirs.edge], ["solid", "solid"]);
  assert.notEqual(mine.width, theirs.width);
  const [left, track, ground] = await Promise.all([".ring-left", ".ring-track", "body"].map(look));
  assert.equal(new Set([left.stroke, track.stroke, ground.ground]).size, 3, "the ring can be seen");
  await ada.page.screenshot({ path: join(PICTURES, "forced-colours-chat.png") });
});

story("words and names that are written from the right stand in their own order, and turn nobody else's", async (scene) => {
  const [dana, eli] = await scene.members("דנה", "Eli");
  await meet(dana, eli);
  const hebrew = "שלום, מה שלומך?\nand a line in English.";
  await dana.say(hebrew);
  await eli.hears("שלום, מה שלומך? and a line in English.");
  const at = await eli.find("message-text").evaluate((element) => {
    const words = [...element.childNodes].find(({ nodeType }) => nodeType === Node.TEXT_NODE);
    const place = (index) => {
      const range = document.createRange();
      range.setStart(words, index);
      range.setEnd(words, index + 1);
      return range.getBoundingClientRect().left;
    };
    return { begins: place(0), ends: place(words.data.indexOf("?")), second: place(words.data.indexOf("and")), dot: place(words.data.length - 1) };
  });
  assert.ok(at.ends < at.begins, "its question mark stands at its end, which is on the left");
  assert.ok(at.dot > at.second, "the English line ends on the right");
  await eli.find("message-input").fill("שלום!");
  assert.equal(await eli.find("message-input").evaluate((input) => getComputedStyle(input).direction), "rtl");
  assert.match(await eli.find("open-peer").getAttribute("aria-label"), /^About \u2068דנה\u2069,/, "a name within a sentence is set apart");
  await eli.show("41-from-the-right", { schemes: ["light", "dark"] });
  await eli.go("conversations");
  const name = eli.find("conversation").getByText("דנה", { exact: true });
  assert.equal(await name.evaluate((element) => getComputedStyle(element).direction), "rtl");
  await eli.inspect("from-the-right");
});

story("Enter that ends a composition sends nothing, also where it comes after the composition's end", async (scene) => {
  const [kei, max] = await scene.members("Kei", "Max");
  await meet(kei, max);
  await kei.find("message-input").fill("こんにちは");
  // As Safari says it: the composition is over, and the key has the code of one.
  await kei.find("message-input").evaluate((input) => {
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }));
  });
  assert.equal(await kei.find("message-input").inputValue(), "こんにちは");
  await kei.page.keyboard.press("Enter");
  await max.hears("こんにちは");
  assert.deepEqual((await max.messages()).map(({ text }) => text), ["こんにちは"]);
});
