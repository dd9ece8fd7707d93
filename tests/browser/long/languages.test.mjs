// The languages that are spoken, on the narrowest of phones: long words and long names have room on every screen of a member.
import { meet } from "../support/person.mjs";
import { openStage } from "../support/stage.mjs";

const story = openStage({ room: { countdown_secs: 25, notification_secs: 110 } });

/** A long name without a place to break. */
const LONG = "Wolkenkuckucksheimfreundin";

for (const [language, locale] of [["de", "de-DE"], ["vi", "vi-VN"]]) {
  story(`every screen of a member has room for its words in ${language} at 320 px`, async (scene) => {
    const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, locale };
    const [ada, peer] = [await scene.enter("Ada", { device: phone }), await scene.enter(LONG)];
    for (const person of [ada, peer]) {
      await person.page.goto("about:blank");
      await person.comeAsMember();
    }
    const show = (screen) => ada.show(`${language}-${screen}`);
    for (const screen of ["profile", "account", "conversations", "wait"]) {
      await ada.go(screen);
      await ada.page.locator("main h1:not(.pending)").waitFor();
      await ada.show(`${language}-${screen}`, { wholePage: true });
    }
    await ada.press("join-queue");
    await ada.sees("waiting");
    await show("waiting");
    await peer.joinQueue();
    await ada.sees("match-moment");
    await show("moment");
    await Promise.all([ada, peer].map((person) => person.press("start-chatting")));
    await ada.say(LONG.repeat(3));
    await peer.hears(LONG.repeat(3));
    await show("chat");
    await ada.press("open-peer");
    await ada.sees("report-reason");
    await show("peer");
    await ada.sees("decision", {}, 40_000);
    await show("decision");
    await ada.page.route("**/simple-countdown/response/*", (route) => route.abort("connectionrefused"));
    ada.watch.expect(/^no answer: POST \/simple-countdown\/response/, Infinity);
    await ada.press("keep");
    await ada.sees("answer-unsaved");
    await show("answer-unsaved");
    await ada.press("open-peer"); // so narrow, the way out is in there
    await ada.press("leave-from-panel");
    await show("leave");
    await ada.press("confirm-leave");
    await ada.sees("outcome");
    await show("ended");
    await ada.go("conversations");
    await ada.sees("past-conversations");
    await show("past");
  });
}
