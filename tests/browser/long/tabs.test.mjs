import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 240 } });

/** Opens one more tab, and goes on there. */
async function secondTab(person, address, testId) {
  const first = person.page;
  await person.openTab(address);
  await person.sees(testId);
  return { first, second: person.page };
}

story("two tabs on the profile save what was changed in each, and show what the other has saved", async (scene) => {
  const [mia] = await scene.members("Mia");
  const { first, second } = await secondTab(mia, "/#/profile", "profile-form");

  mia.page = first;
  await first.locator('input[name="interests"][value="chess"]').check();
  await first.locator("#age_min").fill("25");
  mia.page = second;
  await second.locator("#bio").fill("Rivers, and how they find their way.");
  await second.locator('input[name="interests"][value="cooking"]').check();
  await mia.saveProfile();
  await first.waitForFunction(() => document.querySelector("#bio").value.startsWith("Rivers"));
  assert.equal(await first.locator('input[name="interests"][value="cooking"]').isChecked(), true);
  assert.equal(await first.locator("#age_min").inputValue(), "25", "what is typed and not saved stays");

  mia.page = first;
  await mia.saveProfile();
  await second.locator('input[name="interests"][value="chess"]:checked').waitFor({ state: "attached" });
  const saved = await (await scene.server.device(mia))("/users/me/profile");
  assert.equal(saved.bio, "Rivers, and how they find their way.");
  assert.equal(saved.age_min, 25);
  assert.deepEqual(saved.interests.filter((name) => ["chess", "cooking"].includes(name)).sort(), ["chess", "cooking"]);
});

story("what another device has saved meanwhile is not written over by a form that was open before", async (scene) => {
  const [mia] = await scene.members("Mia");
  const ask = await scene.server.device(mia);
  const { bio: _, ...before } = await ask("/users/me/profile");
  await ask("/users/me/profile", "PUT", { ...before, bio: "Written on the phone." });
  await mia.page.locator('input[name="looking_for"][value="friendship"]').check();
  await mia.saveProfile();
  const saved = await ask("/users/me/profile");
  assert.deepEqual([saved.bio, saved.looking_for], ["Written on the phone.", ["friendship"]]);
});

story("a like, the language and the theme that are chosen in one tab are so in the other", async (scene) => {
  const [ann, ben] = await scene.members("Ann", "Ben");
  await meet(ann, ben);
  const { first, second } = await secondTab(ann, `/#/room/${await ann.roomId()}`, "chat");
  const pressed = (page, value) => page.locator(`[data-testid="like"][aria-pressed="${value}"]`);
  await ann.press("open-peer");
  await pressed(second, false).waitFor();
  ann.page = first;
  await ann.press("open-peer");
  await pressed(first, false).waitFor();
  await ann.press("like");
  await pressed(second, true).waitFor();

  await ann.press("close-peer");
  await ann.go("account");
  await ann.sees("account");
  await ann.find("language").selectOption("de");
  await second.waitForFunction(() => document.documentElement.lang === "de");
  await second.getByText("Chat").first().waitFor({ state: "attached" });
  await ann.find("theme").selectOption("dark");
  await second.waitForFunction(() => document.documentElement.dataset.theme === "dark");
});
