// A visitor of the page in any browser that has a WebDriver server. Elements are found by role and by the accessible name that
// the browser itself computes, as in ../aquarium.js.
import assert from "node:assert/strict";
import { By, Key } from "selenium-webdriver";

/** How long a visitor waits for one thing. It ends what hangs, and claims nothing about the page. */
const PATIENCE_MS = 20_000;

/** The elements that can have a role. */
const CANDIDATES = {
  article: "article",
  button: "button, [role=button]",
  dialog: "dialog[open]",
  // ARIA has no role for it.
  disclosure: "summary",
  group: "[role=group], fieldset",
  heading: "h1, h2, h3",
  img: "canvas, [role=img]",
  slider: "input[type=range], [role=slider]",
  tab: "[role=tab]",
  textbox: "textarea, input:not([type]), input[type=text]",
  timer: "[role=timer]",
};

/** Waits until `look` returns something, and returns it. What an element that the page has just replaced throws counts as nothing. */
export async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    let fault;
    const found = await look().catch((thrown) => void (fault = thrown));
    if (found) return found;
    if (Date.now() > end) assert.fail(`${what}: not within ${PATIENCE_MS / 1000} s${fault ? ` (${fault.message})` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export class Visitor {
  constructor(driver) {
    this.driver = driver;
  }

  /** Opens an address as a new page, waits until it runs, and records what goes wrong in it from then on. */
  async open(address) {
    // Not in a new tab: WebKit's server opens tabs in the background, where no frames are drawn. From the same page, another
    // fragment would load nothing, and a reload by the server of Firefox passes the service worker by.
    await this.driver.get("about:blank");
    await this.driver.get(address);
    await until("the page runs", async () => /^\d/.test(await this.text("timer", "Virtual time in seconds")));
    await this.driver.executeScript(() => {
      window.seenFaults = [];
      const note = (what) => window.seenFaults.push(String(what));
      addEventListener("error", (event) => note(event.message));
      addEventListener("unhandledrejection", (event) => note(event.reason));
      addEventListener("securitypolicyviolation", (event) => note(`policy: ${event.effectiveDirective} forbids ${event.blockedURI}`));
    });
  }

  /** Errors, violations of the policy and requests elsewhere since the page was opened, and whether it has crashed. */
  faults() {
    return this.driver.executeScript(() => {
      const report = document.getElementById("crash");
      const elsewhere = performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith(new URL(".", location.href).href));
      return [...window.seenFaults, ...elsewhere.map(({ name }) => `asked for ${name}`), ...(report.hidden ? [] : [`crashed: ${report.querySelector("textarea").value}`])];
    });
  }

  /** The visible element with a role and an accessible name, waited for. */
  find(role, name, within) {
    const shown = name instanceof RegExp ? String(name) : `“${name}”`;
    return until(`${role} ${shown}`, () => this.#look(role, name, within));
  }

  async #look(role, name, within = null) {
    const visible = (css, within) =>
      [...(within ?? document).querySelectorAll(css)].filter((element) => element.checkVisibility({ visibilityProperty: true }));
    for (const element of await this.driver.executeScript(visible, CANDIDATES[role], within)) {
      const itsName = (await element.getAccessibleName()).trim();
      if (!(name instanceof RegExp ? name.test(itsName) : name === itsName)) continue;
      if (role !== "disclosure") assert.equal(await element.getAriaRole(), role, `the role of ${name}`);
      return element;
    }
  }

  /** Whether it is there now. */
  async has(role, name, within) {
    const [found] = await until(`a look for ${role} ${name}`, async () => [await this.#look(role, name, within)]);
    return Boolean(found);
  }

  async text(role, name, within) {
    return (await this.find(role, name, within)).getText();
  }

  async press(role, name, within) {
    await until(`${role} ${name} can be pressed`, async () => {
      await (await this.find(role, name, within)).click();
      return true;
    });
  }

  /** Opens a pane or an instrument. The tab of what is open would close it. */
  async tab(name) {
    if ((await (await this.find("tab", name)).getAttribute("aria-selected")) !== "true") await this.press("tab", name);
  }

  async fill(role, name, value, within) {
    const field = await this.find(role, name, within);
    await field.clear();
    await field.sendKeys(value);
  }

  /** Waits until the whole page contains a text. */
  reads(text) {
    const body = () => this.driver.executeScript(() => document.body.innerText.replaceAll("\u00a0", " "));
    return until(`the page reads ${text}`, async () => (text instanceof RegExp ? text.test(await body()) : (await body()).includes(text)));
  }

  /** Virtual time, in seconds. */
  async time() {
    return Number((await this.text("timer", "Virtual time in seconds")).replace(/\s/g, ""));
  }

  /** Waits until virtual time goes on. */
  async moves() {
    const begun = await this.time();
    await until("time goes on", async () => (await this.time()) > begun);
  }

  /** Plays at full speed until nothing is left to happen; returns the history hash. */
  async playToTheEnd() {
    if (await this.has("button", "Play")) await this.press("button", "Play");
    await (await this.find("slider", "Speed")).sendKeys(Key.END);
    await this.reads("Nothing is moving.");
    const hash = () => this.driver.findElement(By.id("history-hash")).getAttribute("textContent");
    return until("a history hash", async () => /^[0-9a-f]{16}$/.exec(await hash())?.[0]);
  }

  /** Drags the playhead to a share of the time line's length, in a few moves, as a hand does. */
  async dragTo(share) {
    const line = await this.find("slider", "Time line");
    const { width } = await line.getRect();
    const at = (share) => ({ origin: line, x: Math.round(width * (share - 0.5)), y: 0, duration: 20 });
    await this.driver.actions().move(at(0.9)).press().move(at((0.9 + share) / 2)).move(at(share)).release().perform();
  }

  /** Waits until the service worker has cached everything, which the page does not show. */
  kept() {
    return this.driver.executeAsyncScript(async (done) => {
      const { active } = await navigator.serviceWorker.ready;
      while (active.state !== "activated") await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true }));
      done();
    });
  }
}
