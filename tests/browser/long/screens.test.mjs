// The words of a visitor's and a member's screens in a language that nobody speaks, and the end of a meeting with somebody of a long name.
import { describe } from "node:test";
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";
import { plainWords, pseudoSpeaker } from "../support/pseudo.mjs";

const LONG_NAME = "Maximiliane-Theodora von und zu Hohenfel";

describe("screens", () => {
  const story = openStage();

  story("every word of every screen comes from the table, and longer words have room at 320 px", async (scene) => {
    const eda = await pseudoSpeaker(scene, "Eda");
    const read = async (screen, ...others) => {
      for (const words of await plainWords(eda.page, own(eda, ...others))) eda.watch.complain(`${screen} says “${words}” in one language`);
      await eda.show(`pseudo-${screen}`);
    };
    await read("landing");
    await eda.go("login");
    await eda.sees("login-form");
    await read("login");
    await eda.go("signup");
    await eda.sees("signup-form");
    eda.watch.expect(/^422 POST \/auth\/register$/);
    await eda.press("signup");
    await eda.sees("password-error");
    await read("signup");
    await eda.signUp();
    await read("starter");
    await eda.chooseProfile();
    await read("profile");
    await eda.press("save-profile");
    await eda.sees("go-wait");
    await read("profile-saved");
    await eda.go("conversations");
    await eda.sees("no-conversations");
    await read("no-conversations");
    await eda.go("wait");
    await eda.sees("join-queue");
    await read("ready");
    await eda.press("join-queue");
    await eda.sees("waiting");
    await read("waiting");
    await eda.press("leave-queue");
  });
});

describe("the end of a meeting", () => {
  const story = openStage({ room: { countdown_secs: 8, notification_secs: 200 } });

  story("neither the question nor the outcome breaks a rule of accessibility, at any width and in both themes", async (scene) => {
    const [fin, gus] = await scene.members("Fin", LONG_NAME);
    await meet(fin, gus);
    await fin.sees("decision", {}, 30_000);
    await fin.inspect("decision");
    await Promise.all([fin, gus].map((person) => person.press("end")));
    await fin.sees("outcome", { "data-outcome": "ended" });
    await fin.inspect("ended");
  });
});

/** Names that are the same in every language, and what the story's people have typed. */
const own = (...people) => [
  "WebChat", "English", "Deutsch", "Tiếng Việt", "Chrome", "Linux", "HeadlessChrome",
  ...people.flatMap(({ name, username }) => [name, username]),
];
