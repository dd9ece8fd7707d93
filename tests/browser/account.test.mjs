import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const story = openStage();

story("who is signed in elsewhere sees it, and signs that device out", async (scene) => {
  const [nia] = await scene.members("Nia");
  const away = await scene.enter("Nia");
  away.username = nia.username;
  await away.press("go-login");
  await away.fill({ username: nia.username, password: nia.password });
  await away.press("login");
  await away.sees("no-conversations");

  await nia.openAccount();
  assert.equal(await nia.find("session").count(), 2);
  const here = nia.find("session", { "data-current": "true" });
  assert.match(await here.innerText(), /Chrome · Linux\s+This device/);
  await nia.inspect("account");
  await nia.find("session", { "data-current": "false" }).getByRole("button").click();
  await away.find("notice").getByText("You have been signed out here").waitFor();
  await away.sees("go-login");
  await nia.find("session", { "data-current": "false" }).waitFor({ state: "detached" });
});

story("a new password signs out everywhere else, and the old one does not count any more", async (scene) => {
  const [ole] = await scene.members("Ole");
  await ole.openAccount();
  const change = async (current_password, new_password) => {
    await ole.fill({ current_password, new_password });
    await ole.press("change-password");
  };
  ole.watch.expect(/^403 POST \/auth\/password$/);
  await change("not the password", "another quiet river");
  await ole.sees("current_password-error");
  ole.watch.expect(/^422 POST \/auth\/password$/);
  await change(ole.password, "short");
  assert.match(await ole.reads("new_password-error"), /8 characters/);
  await change(ole.password, "another quiet river");
  await ole.sees("notice");
  assert.equal(await ole.page.locator("#new_password").inputValue(), "", "a password does not stay in the page");

  await ole.press("logout");
  await ole.sees("go-login");
  assert.equal(await ole.find("notice").count(), 0, "nobody is told what they did themselves");
  await ole.press("go-login");
  ole.watch.expect(/^401 POST \/auth\/login$/);
  await ole.fill({ username: ole.username, password: ole.password });
  await ole.press("login");
  await ole.sees("form-error");
  await ole.fill({ password: "another quiet river" });
  await ole.press("login");
  await ole.sees("no-conversations");
});

story("likes and blocks are listed, and each can be taken back", async (scene) => {
  const [pam, quy] = await scene.members("Pam", "Quy");
  await meet(pam, quy);
  const device = await scene.server.device(pam);
  const { items: [room] } = await device("/chat/rooms");
  const peer = room.members.find(({ display_name }) => display_name === "Quy");
  await device(`/users/${peer.id}/like`, "PUT");
  await pam.openAccount();
  await pam.sees("no-blocks");
  assert.match(await pam.reads("liked"), /Quy/);
  await pam.inspect("account-liked");
  await pam.find("liked").getByRole("button").click();
  await pam.sees("no-likes");
  await device(`/users/${peer.id}/block`, "PUT");
  await pam.go("conversations");
  await pam.openAccount();
  assert.match(await pam.reads("blocked"), /Quy/);
  await pam.sees("session");
  await pam.inspect("account-blocked");
  await pam.find("blocked").getByRole("button").click();
  await pam.sees("no-blocks");
});

story("a copy of everything can be taken along", async (scene) => {
  const [ray] = await scene.members("Ray");
  await ray.openAccount();
  const [download] = await Promise.all([ray.page.waitForEvent("download"), ray.press("export")]);
  assert.equal(download.suggestedFilename(), `webchat-${ray.username}.json`);
  const copy = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(copy.account.username, ray.username);
  assert.deepEqual(copy.profile.interests, ["hiking", "music"]);
});

story("deleting the account is asked for with the password, and then it is gone", async (scene) => {
  const [sue] = await scene.members("Sue");
  await sue.openAccount();
  await sue.press("ask-deletion");
  await sue.sees("deletion-form");
  await sue.inspect("account-deletion");
  await sue.press("keep-account");
  assert.equal(await sue.find("deletion-form").count(), 0);
  await sue.press("ask-deletion");
  sue.watch.expect(/^403 DELETE \/users\/me$/);
  await sue.fill({ password: "not the password" });
  await sue.press("confirm-deletion");
  await sue.sees("password-error");
  await sue.fill({ password: sue.password });
  await sue.press("confirm-deletion");
  await sue.sees("go-login");
  await sue.press("go-login");
  sue.watch.expect(/^401 POST \/auth\/login$/);
  await sue.fill({ username: sue.username, password: sue.password });
  await sue.press("login");
  await sue.sees("form-error");
});
