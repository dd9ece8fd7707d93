/** A person at a browser of their own, who finds things by the page's test ids. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { axeFaults } from "./axe.mjs";
import { profileOf } from "./device.mjs";
import { LOW, narrowFaults } from "./layout.mjs";
import { PICTURES } from "./places.mjs";
import { Watch } from "./watch.mjs";

export const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

const PATIENCE_MS = 15_000;
const INSPECTED_PX = [320, 1280];

let born = 0;

export class Person {
  /**
   * @param {string} name what others call them
   * @param {import("playwright-core").BrowserContext} context
   * @param {string} origin where the server is
   */
  constructor(name, context, origin) {
    this.name = name;
    this.username = `${name.toLowerCase().replaceAll(/[^a-z]/g, "").slice(0, 12) || "someone"}-${process.pid}-${(born += 1)}`;
    this.password = "a quiet green river";
    this.context = context;
    this.origin = origin;
    /** The tab in front. @type {import("playwright-core").Page} */
    this.page = undefined;
    this.watch = new Watch();
    /** Every frame from the server, with the time and the path of its socket. @type {{at: number, socket: string, type: string}[]} */
    this.frames = [];
  }

  /** A new person with an empty page. */
  static async sitDown(browser, origin, { name, device = DESKTOP }) {
    const context = await browser.newContext({ baseURL: origin, locale: "en-GB", colorScheme: "light", ...device });
    const person = new Person(name, context, origin);
    await person.newPage();
    return person;
  }

  /** Comes to the landing page for the first time. */
  async arrive() {
    // A first visit has no session to take up, and only the server knows.
    this.watch.expect(/^401 POST \/auth\/refresh$/);
    await this.page.goto("/");
    await this.sees("go-signup");
  }

  /** Goes on in another tab of the same browser. @param {string} address */
  async openTab(address) {
    await this.newPage();
    await this.page.goto(address);
  }

  async newPage() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE_MS);
    await this.watch.follow(this.page, this.origin);
    this.page.on("websocket", (socket) => {
      const { pathname } = new URL(socket.url());
      socket.on("framereceived", ({ payload }) => {
        this.frames.push({ ...JSON.parse(String(payload)), at: Date.now(), socket: pathname });
      });
    });
  }

  /** @param {string} testId @param {Record<string, string>} attributes */
  find(testId, attributes = {}) {
    const more = Object.entries(attributes).map(([name, value]) => `[${name}="${value}"]`);
    return this.page.locator(`[data-testid="${testId}"]${more.join("")}`);
  }

  /** Waits until it is on the page. */
  async sees(testId, attributes = {}, timeout = PATIENCE_MS) {
    await this.find(testId, attributes).first().waitFor({ timeout });
  }

  async press(testId) {
    await this.find(testId).click();
  }

  /** What stands in it. */
  async reads(testId) {
    return (await this.find(testId).innerText()).trim();
  }

  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) await this.page.locator(`[name="${name}"]`).fill(value);
  }

  async go(screen) {
    await this.page.evaluate((hash) => (location.hash = hash), `#/${screen}`);
  }

  async fillSignUp(fields = {}) {
    await this.go("signup");
    await this.sees("signup-form");
    const { name, username, password } = this;
    await this.fill({ username, password, date_of_birth: "1994-03-09", display_name: name, ...fields });
  }

  async signUp() {
    await this.fillSignUp();
    await this.press("signup");
    await this.sees("starter");
  }

  async chooseProfile({ gender = "woman", interests = ["hiking", "music"], languages = ["en"] } = {}) {
    await this.go("profile");
    await this.sees("profile-form");
    for (const [name, values] of Object.entries({ gender: [gender], interests, languages })) {
      for (const value of values) await this.page.locator(`input[name="${name}"][value="${value}"]`).check();
    }
  }

  async saveProfile() {
    await this.press("save-profile");
    await this.find("profile-saved").getByText("Saved.", { exact: true }).waitFor();
  }

  /** Comes with an account and a complete profile that were made over the API. */
  async comeAsMember() {
    const { name, username, password } = this;
    const account = { username, password, date_of_birth: "1994-03-09", display_name: name };
    const { access_token } = await this.#ask("post", "/auth/register", account);
    await this.#ask("put", "/users/me/profile", profileOf(name), { authorization: `Bearer ${access_token}` });
    await this.page.goto("/#/profile");
    await this.sees("profile-form");
  }

  /** With the browser's cookies, and without a page. */
  async #ask(method, path, data, headers = {}) {
    const answer = await this.context.request[method](path, { data, headers });
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  /** Everything up to the waiting room's door, on the page. */
  async becomeMember() {
    await this.signUp();
    await this.chooseProfile();
    await this.saveProfile();
  }

  /** Goes to the account's screen, which has read who is signed in. */
  async openAccount() {
    await this.go("account");
    await this.sees("account");
    await this.sees("session");
  }

  async joinQueue() {
    await this.go("wait");
    await this.press("join-queue");
  }

  async say(text) {
    await this.find("message-input").fill(text);
    await this.press("send");
  }

  async hears(text) {
    await this.find("message-text").getByText(text, { exact: true }).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** The conversation as the page shows it. */
  async messages() {
    return this.find("message").evaluateAll((items) =>
      items.map((item) => ({
        seq: Number(item.dataset.seq),
        text: item.querySelector('[data-testid="message-text"]')?.textContent,
        mine: item.dataset.mine === "true",
        state: item.dataset.state,
      })),
    );
  }

  async roomId() {
    return this.find("chat").getAttribute("data-room-id");
  }

  /** The time left on the clock of the page, in seconds. */
  async secondsLeft() {
    const [minutes, seconds] = (await this.reads("countdown-text")).split(":").map(Number);
    return minutes * 60 + seconds;
  }

  /** The clock of the page is right: it shows the time until this moment, epoch milliseconds. */
  async seesTimeUntil(endMs) {
    const earliest = Date.now();
    const shownMs = (await this.secondsLeft()) * 1000;
    const latest = Date.now();
    // It shows whole seconds, rounded up; on a busy machine a new one is drawn a moment late.
    assert.ok(shownMs > endMs - latest - 1_000 && shownMs < endMs - earliest + 2_500, `${this.name} sees ${shownMs} ms of ${endMs - latest} ms`);
  }

  get isNarrow() {
    return this.page.viewportSize().width < 700;
  }

  /** Makes the window as narrow as a phone. */
  async narrow() {
    await this.page.setViewportSize(PHONE.viewport);
  }

  /** A picture of the screen, which is also looked at for faults of its layout. */
  async show(screen, { schemes = ["light"], wholePage = false } = {}) {
    mkdirSync(PICTURES, { recursive: true });
    const device = this.isNarrow ? "phone" : "desktop";
    const window = this.page.viewportSize();
    if (wholePage) {
      const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
      await this.page.setViewportSize({ ...window, height });
    }
    for (const colorScheme of schemes) {
      await this.page.emulateMedia({ colorScheme });
      await this.settled();
      await this.page.screenshot({ path: join(PICTURES, `${screen}.${device}.${colorScheme}.png`) });
    }
    await this.page.setViewportSize(window);
    await this.page.emulateMedia({ colorScheme: "light" });
    if (!this.isNarrow) return;
    for (const fault of await narrowFaults(this.page)) this.watch.complain(`${screen} ${fault}`);
  }

  /** Looks over the screen at these widths and in both themes, and in low windows, and leaves a picture of each. */
  async inspect(screen, widths = INSPECTED_PX) {
    mkdirSync(PICTURES, { recursive: true });
    const before = this.page.viewportSize();
    for (const width of widths) {
      await this.page.setViewportSize({ width, height: before.height });
      for (const colorScheme of ["light", "dark"]) {
        await this.page.emulateMedia({ colorScheme });
        await this.settled();
        await this.page.screenshot({ path: join(PICTURES, `${screen}.${width}.${colorScheme}.png`) });
        for (const fault of await axeFaults(this.page)) this.watch.complain(`${screen} at ${width} px, ${colorScheme}: ${fault}`);
      }
    }
    await this.page.emulateMedia({ colorScheme: "light" });
    await this.page.setViewportSize(LOW[0]);
    await this.page.screenshot({ path: join(PICTURES, `${screen}.low.png`) });
    await this.page.setViewportSize(before);
    for (const fault of await narrowFaults(this.page)) this.watch.complain(`${screen} ${fault}`);
  }

  /** Until what moves in has moved in. What moves for ever is not waited for. */
  async settled() {
    await this.page.evaluate(() => {
      const passing = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 1_000);
      return Promise.race([
        Promise.allSettled(passing.map(({ finished }) => finished)),
        new Promise((resolve) => setTimeout(resolve, 500)),
      ]);
    });
  }
}

/** Two members find each other and sit down to talk. */
export async function meet(one, other) {
  await one.joinQueue();
  await one.sees("waiting");
  await other.joinQueue();
  await Promise.all([one, other].map((person) => person.press("start-chatting")));
}
