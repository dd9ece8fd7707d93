// The main screens, narrow and wide, light and dark: looked over by axe-core, and for their layout. The others are in long/.
import { meet } from "./support/person.mjs";
import { openStage } from "./support/stage.mjs";

const LONG_NAME = "Maximiliane-Theodora von und zu Hohenfel";

const story = openStage({ room: { countdown_secs: 300 } });

story("no visitor's screen breaks a rule of accessibility, at any width and in both themes", async (scene) => {
  const ann = await scene.enter("Ann");
  await ann.inspect("landing");
  await ann.press("go-login");
  await ann.sees("login-form");
  await ann.inspect("login");
  await ann.go("signup");
  await ann.sees("signup-form");
  await ann.inspect("signup");
  ann.watch.expect(/^422 POST \/auth\/register$/);
  await ann.press("signup");
  await ann.sees("password-error");
  await ann.inspect("signup-errors");
});

story("no member's screen breaks a rule of accessibility, at any width and in both themes", async (scene) => {
  const [ben] = await scene.members(LONG_NAME);
  await ben.inspect("profile");
  await ben.go("conversations");
  await ben.sees("no-conversations");
  await ben.inspect("no-conversations");
  await ben.go("wait");
  await ben.sees("join-queue");
  await ben.inspect("ready");
  await ben.press("join-queue");
  await ben.sees("waiting");
  await ben.inspect("waiting");
  await ben.press("leave-queue");
});

story("no part of a meeting breaks a rule of accessibility, at any width and in both themes", async (scene) => {
  const [cay, dan] = await scene.members("Cay", LONG_NAME);
  await meet(cay, dan);
  await cay.say("Hello, and a rather long line so that the bubble has to break somewhere in the middle of it.");
  await dan.hears("Hello, and a rather long line so that the bubble has to break somewhere in the middle of it.");
  await dan.say("Hello!");
  await cay.hears("Hello!");
  await cay.inspect("chat");
  await cay.press("open-peer");
  await cay.sees("peer-panel");
  await cay.inspect("peer-panel");
  await cay.press("close-peer");
  await cay.press("keep");
  await cay.sees("answered");
  await cay.inspect("chat-answered");
  await dan.press("keep");
  await cay.sees("outcome", { "data-outcome": "kept" });
  await cay.inspect("kept");
  await cay.press("continue-chat");
  await cay.go("conversations");
  await cay.sees("room-online");
  await cay.inspect("conversations");
});
