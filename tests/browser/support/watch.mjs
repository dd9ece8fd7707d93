/** What a page complains about. A test that does not expect a complaint fails by it. */

/** Complaints that every page makes, and why they are none. */
const HARMLESS = [
  // Said again by the answer itself, with method and path.
  /^console error: Failed to load resource/,
  // A page that goes away gives up what it had asked for.
  /net::ERR_ABORTED$/,
  // Who has no picture is asked for it all the same.
  /^404 GET \/users\/[^/]+\/avatar$/,
];

/** What a page may say while nobody answers it. */
export const OUTAGE = [
  /^no answer: .*net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/,
  /^console error: WebSocket connection to/,
  /^console error: action failed/,
  // It is up again and not yet ready, or its database is held up.
  /^503 /,
];

export class Watch {
  #complaints = [];
  #expected = [];

  /** @param {import("playwright-core").Page} page @param {string} origin that nothing may leave */
  async follow(page, origin) {
    const complain = (text) => this.#complaints.push(text);
    page.on("pageerror", (error) => complain(`page error: ${error.stack}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complain(`console ${message.type()}: ${message.text()}`);
    });
    page.on("request", (request) => {
      const address = new URL(request.url());
      if (address.protocol.startsWith("http") && address.origin !== origin) complain(`leaves the origin: ${address}`);
    });
    page.on("requestfailed", (request) => complain(`no answer: ${nameOf(request)}: ${request.failure()?.errorText}`));
    page.on("response", (response) => {
      if (response.status() >= 400) complain(`${response.status()} ${nameOf(response.request())}`);
    });
    page.on("dialog", (dialog) => {
      complain(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
  }

  /**
   * Lets a complaint pass.
   * @param {RegExp} pattern
   * @param {number} times
   */
  expect(pattern, times = 1) {
    this.#expected.push({ pattern, times });
  }

  /** Something that a test found wrong with the page. @param {string} text */
  complain(text) {
    this.#complaints.push(text);
  }

  /** The complaints that nobody expected. */
  unexpected() {
    const left = this.#expected.map((each) => ({ ...each }));
    return this.#complaints.filter((text) => {
      if (HARMLESS.some((pattern) => pattern.test(text))) return false;
      const match = left.find(({ pattern, times }) => times > 0 && pattern.test(text));
      if (match === undefined) return true;
      match.times -= 1;
      return false;
    });
  }
}

/** @param {import("playwright-core").Request} request */
function nameOf(request) {
  return `${request.method()} ${new URL(request.url()).pathname}`;
}
