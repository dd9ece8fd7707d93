// What the other one sees of an account that is deleted, in the language of whoever looks.
import assert from "node:assert/strict";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 200 } });
const NAME = "Gelöschtes Konto";

story("somebody who has deleted the account is called so in the reader's language, and there is nobody left to report", async (scene) => {
  const [lena, kai] = await scene.members("Lena", "Kai");
  await meet(lena, kai);
  await kai.say("what a day");
  await lena.hears("what a day");
  for (const person of [lena, kai]) await person.press("keep");
  for (const person of [lena, kai]) await person.press("continue-chat");
  await kai.go("account");
  await kai.find("language").selectOption("de");
  await kai.page.getByRole("heading", { name: "Konto", exact: true }).waitFor();

  const elsewhere = await scene.server.device(lena);
  lena.watch.expect(/^401 POST \/auth\/refresh$/);
  await elsewhere("/users/me", "DELETE", { password: lena.password });
  await lena.sees("go-login");
  await kai.go("conversations");
  await kai.find("past-conversations").getByText(NAME).waitFor();
  await kai.inspect("deleted-account-in-list");
  await kai.find("past-conversations").getByTestId("conversation").click();
  await kai.hears("what a day");
  await kai.sees("outcome", { "data-reason": "left" });
  assert.equal(await kai.reads("chat-peer"), NAME);
  assert.match(await kai.reads("opener"), new RegExp(`Du und ${NAME}`));
  for (const gone of ["open-peer", "report-or-block"]) assert.equal(await kai.find(gone).count(), 0, gone);
  await kai.inspect("deleted-account");
  assert.equal(await kai.page.getByText(/deleted user/i).count(), 0, "the server's own words");
});

story("who sits in the room sees a new name and a new picture as soon as they look closer, and a deleted account at once", async (scene) => {
  const [ina, max] = await scene.members("Ina", "Max");
  await meet(ina, max);
  for (const person of [ina, max]) await person.press("keep");
  for (const person of [ina, max]) await person.press("continue-chat");
  const elsewhere = await scene.server.device(ina);
  await elsewhere("/users/me", "PATCH", { display_name: "Ina Lind" });
  await max.press("open-peer");
  await max.find("peer-panel").getByRole("heading", { name: "Ina Lind", exact: true }).waitFor();
  await max.press("close-peer");
  assert.equal(await max.reads("chat-peer"), "Ina Lind");

  await max.press("open-peer");
  await max.sees("peer-panel");
  ina.watch.expect(/^401 POST \/auth\/refresh$/);
  await elsewhere("/users/me", "DELETE", { password: ina.password });
  await max.sees("outcome", { "data-reason": "left" });
  await max.find("chat-peer").getByText("Deleted account").waitFor();
  for (const gone of ["open-peer", "report-or-block", "peer-panel"]) assert.equal(await max.find(gone).count(), 0, gone);
  await max.go("conversations");
  await max.find("past-conversations").getByText("Deleted account").waitFor();
});
