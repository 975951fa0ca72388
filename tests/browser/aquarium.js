// The page's controls and what a person does with them; the specs are written in these. Elements are found by role and
// accessible name, so that a screen reader finds them too.
//
// Every test also fails at an error in the page, a violation of the Content-Security-Policy, a request that leaves the page's
// folder, and a mark of the catalog (U+0002) where its text should be when the test ends.
import { test as base, expect } from "@playwright/test";
import { fragment } from "./networks.js";
import { CPU_THROTTLE, LONG } from "./patience.js";

export * from "./networks.js";
export { expect };

export const test = base.extend({
  // Faults that the page does not show. A test that causes some on purpose removes them from the list.
  faults: [
    async ({ context, baseURL }, use) => {
      const faults = [];
      context.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      context.on("weberror", (error) => faults.push(String(error.error())));
      context.on("request", (request) => request.url().startsWith(baseURL) || faults.push(`asked for ${request.url()}`));
      context.on("response", (response) => response.ok() || faults.push(`${response.status()} ${response.url()}`));
      await context.addInitScript(() =>
        document.addEventListener("securitypolicyviolation", (event) =>
          console.error(`policy: ${event.effectiveDirective} forbids ${event.blockedURI}`),
        ),
      );
      await use(faults);
      for (const page of context.pages()) {
        const marked = await page.evaluate(() => /[^<>]*\u0002[^<>]*/.exec(document.documentElement.outerHTML)?.[0]).catch(() => undefined);
        if (marked) faults.push(`a mark instead of its text: ${marked}`);
      }
      expect(faults, "errors, policy violations and requests elsewhere").toEqual([]);
    },
    { auto: true },
  ],
  // What the browser kept of an earlier visit. Unless a test is about the first one, the pane with runs and results is open: it is
  // what most tests read. On a phone it would take the instruments' place, and is closed.
  kept: [{ "packetarium.settings.1": "greeted=true layout=closed,288,392,side,plain" }, { option: true }],
  // Every page on the slower processor that PACKETARIUM_CPU_THROTTLE asks for.
  page: async ({ page, context, kept, isMobile }, use) => {
    if (!isMobile) {
      await context.addInitScript((kept) => {
        try {
          for (const [key, value] of Object.entries(kept)) if (!localStorage.getItem(key)) localStorage.setItem(key, value);
        } catch {
          // A page without an origin of its own keeps nothing.
        }
      }, kept);
    }
    if (CPU_THROTTLE > 1) {
      const slowDown = async (page) => (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: CPU_THROTTLE });
      context.on("page", slowDown);
      await slowDown(page);
    }
    await use(page);
  },
  aquarium: async ({ page }, use) => use(new Aquarium(page)),
});

/** Presses a tab, unless it is open: the tab of what is open closes it. */
export async function openTab(page, name) {
  const tab = page.getByRole("tab", { name, exact: true });
  if ((await tab.getAttribute("aria-selected")) !== "true") await tab.click();
}

export class Aquarium {
  constructor(page) {
    this.page = page;
    this.canvas = page.getByRole("img", { name: /^Drawing of the network/ });
    this.timer = page.getByRole("timer", { name: "Virtual time in seconds" });
    this.speed = page.getByRole("slider", { name: "Speed" });
    this.automaticSpeed = page.getByRole("switch", { name: "Follow the story" });
    this.skipQuiet = page.getByRole("switch", { name: "Skip quiet time" });
    // Below the panes: in the page whether or not one is open.
    this.hash = page.locator("#history-hash");
    this.nothingMoves = page.getByRole("main").getByText("Nothing is moving.");
    this.results = page.getByRole("region", { name: "Results" });
    this.inspector = page.getByRole("tabpanel", { name: "Inspect" });
    this.dialog = page.getByRole("dialog");
    this.timeline = page.getByRole("slider", { name: "Time line" });
    this.live = this.button("Live");
    this.branches = page.getByRole("list", { name: "Branches" }).getByRole("button", { name: /^(As it was|.* from \d)/ });
    this.packets = page.getByRole("grid", { name: "Packets" });
    this.filter = page.getByRole("combobox", { name: "Display filter" });
    this.place = page.getByRole("combobox", { name: "Seen where" });
    this.messages = page.getByRole("log", { name: "Messages" });
  }

  /** Opens the page, with a scenario if one is given, paused at a moment if one is given, and waits until it runs. */
  async open(what, at) {
    await this.page.goto(what ? `./#${fragment(what)}${at ? `&at=${at}` : ""}` : "./");
    await expect(this.timer).toHaveText(/^\d/);
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The scenario's title. */
  title(name) {
    return this.page.getByRole("main").getByRole("heading", { level: 2, name, exact: true });
  }

  /** Closes the dialog, once it is open. */
  async dismiss() {
    await expect(this.dialog).toBeVisible();
    await this.page.keyboard.press("Escape");
    await expect(this.dialog).toBeHidden();
  }

  async openExample(title) {
    await this.button("Examples").click();
    await this.dialog.getByRole("button", { name: title }).click();
    await expect(this.dialog).toBeHidden();
    await expect(this.title(title)).toBeVisible();
  }

  /** Opens what is seldom changed of how time passes (on a phone, the speed as well), or closes it. */
  async timeSettings(open = true) {
    const button = this.button("Settings of time");
    if ((await button.getAttribute("aria-expanded")) !== String(open)) await button.click();
  }

  /** Opens one of the panes beside the stage. */
  async pane(name) {
    return this.instrument(name);
  }

  /** Opens one of the instruments below the stage. The tab of what is open would close it. */
  async instrument(name) {
    await openTab(this.page, name);
    const panel = this.page.getByRole("tabpanel", { name, exact: true });
    await expect(panel).toBeVisible();
    return panel;
  }

  /** Drags the playhead to a share of the time line's length, in a few moves, as a hand does. */
  async dragTo(share) {
    const { x, y, width, height } = await this.timeline.boundingBox();
    const { mouse } = this.page;
    await mouse.move(x + width * 0.9, y + height / 2);
    await mouse.down();
    await mouse.move(x + width * share, y + height / 2, { steps: 5 });
    await mouse.up();
  }

  /** Drags the playhead to about a number of seconds in the past. */
  async goTo(seconds) {
    await this.dragTo(0.3);
    const length = (await this.moment()) / 0.3;
    await this.dragTo((seconds * 1e9) / length);
    await expect(this.timeline, "it is not the live edge").not.toHaveAttribute("aria-valuenow", await this.timeline.getAttribute("aria-valuemax"));
    return this.moment();
  }

  /** Waits some animation frames, until the page shows its latest state. */
  async shown() {
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
    });
  }

  /** Waits until the camera has arrived: two pictures in a row are the same. Only where no time passes. */
  async atRest() {
    const picture = () => this.canvas.evaluate((canvas) => canvas.toDataURL());
    await expect
      .poll(async () => {
        const before = await picture();
        await this.shown();
        return before === (await picture());
      })
      .toBe(true);
  }

  /** The playhead's moment, in nanoseconds. */
  async moment() {
    return Number(await this.timeline.getAttribute("aria-valuenow"));
  }

  /** A row of the packet list, by the packet's number, which narrow lists do not show. */
  packet(number) {
    return this.packets.locator(`#packet-${number - 1}`);
  }

  /** The texts of a packet's cells: number, time, where, source, destination, protocol, length, info. */
  async cells(row) {
    // Unlike an action, `allTextContents` does not wait: of a row that is not there yet it returns nothing.
    await row.getByRole("gridcell").last().waitFor();
    return (await row.getByRole("gridcell").allTextContents()).map((text) => text.replaceAll("\u00a0", " "));
  }

  /** Virtual time, in seconds. */
  async time() {
    return Number((await this.timer.textContent()).replace(/\s/g, ""));
  }

  /** The value of the speed slider. */
  async speedStep() {
    return Number(await this.speed.inputValue());
  }

  async atFullSpeed() {
    const folded = !(await this.speed.isVisible());
    if (folded) await this.timeSettings();
    await this.speed.press("End");
    await expect(this.speed).toHaveAttribute("aria-valuetext", /^1\s+s\s+per\s+second$/);
    if (folded) await this.timeSettings(false);
  }

  /** Fills in the form, by the names of its fields, and starts the run. */
  async start(kind, fields = {}) {
    await this.pane("Runs");
    const form = this.page.getByRole("form", { name: "Start a run" });
    await form.getByRole("radio", { name: kind, exact: true }).check();
    for (const [name, value] of Object.entries(fields)) {
      const field = form.getByLabel(name, { exact: true });
      if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
      else await field.fill(value);
    }
    await form.getByRole("button", { name: /^Start / }).click();
  }

  /** A run's card. */
  run(name) {
    return this.results.getByRole("article", { name, exact: true });
  }

  /** A fact of a run's card, by its name. */
  fact(card, name) {
    return card.getByRole("term").filter({ hasText: name }).locator("xpath=following-sibling::dd[1]");
  }

  /** Plays at full speed until nothing is left to happen; returns the history hash. */
  async playToTheEnd() {
    // With less motion nothing begins by itself.
    if (await this.button("Play").isVisible()) await this.button("Play").click();
    await this.atFullSpeed();
    await expect(this.nothingMoves).toBeVisible(LONG);
    await expect(this.hash).toHaveText(/^[0-9a-f]{16}$/);
    return this.hash.textContent();
  }

  /**
   * Opens two hosts that ping each other over one cable, pauses while a frame is on it, clicks along the middle of the drawing until
   * a frame is under the pointer, and returns the inspector.
   */
  async clickAFrame() {
    await this.open({
      packetarium: 1,
      nodes: ["a", "b"].map((id, n) => ({ id, kind: "host", at: [100 + 600 * n, 300], addresses: [`10.0.0.${n + 1}/24`] })),
      links: [{ ends: ["a", "b"] }],
      runs: [{ ping: { from: "a", to: "b" } }],
    });
    const sheet = this.inspector.getByText("Frame", { exact: true });
    await expect(async () => {
      if (await this.button("Play").isVisible()) await this.button("Play").click();
      await this.page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length > 0);
      await this.button("Pause").click();
      expect(await this.sweep(() => sheet.isVisible())).toBe(true);
    }).toPass();
    return this.inspector;
  }

  /** Clicks along the middle of the drawing, left to right, until `found`. The steps are narrower than a frame's capsule. */
  async sweep(found) {
    const { x, y, width, height } = await this.canvas.boundingBox();
    for (let along = 30; along < width; along += 45) {
      await this.page.mouse.click(x + along, y + height / 2);
      if (await found()) return true;
    }
    return false;
  }
}
