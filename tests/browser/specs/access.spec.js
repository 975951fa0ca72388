// Accessibility: axe finds no violation in any view in either theme, and everything can be done with the keyboard.
import { violations } from "../axe.js";
import { arpRequest, pcap } from "../captures.js";
import { tabTo } from "../keyboard.js";
import { HOME, QUIET, ROUTED, expect, fragment, test } from "../aquarium.js";

async function compareBranches({ aquarium }) {
  await aquarium.button("Compare with As it was").click();
  await expect(aquarium.page.getByRole("status").filter({ hasText: "First difference at" })).toBeVisible();
}

async function branchOff({ aquarium }) {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] });
  await aquarium.playToTheEnd();
  await aquarium.goTo(0.5);
  await aquarium.start("Echo", { Transport: "UDP" });
  await expect(aquarium.branches).toHaveCount(2);
}

const VIEWS = {
  "a node being edited": async ({ aquarium }) => {
    await aquarium.open(QUIET);
    await aquarium.button("Edit").click();
    await aquarium.button("Add a hub").click();
  },
  "the document and its problems": async ({ aquarium }) => {
    await aquarium.open({ ...QUIET, links: QUIET.links.slice(1) });
    await aquarium.pane("Document");
  },
  "one's own scenarios": async ({ aquarium }) => {
    await aquarium.open(QUIET);
    await aquarium.start("Ping");
    await aquarium.button("Examples").click();
  },
  "the first view": async () => {},
  "a quiet network, and a field that is wrong": async ({ aquarium, page }) => {
    await aquarium.open(QUIET);
    await expect(aquarium.nothingMoves).toBeVisible();
    await aquarium.start("Ping", { "Echo requests": "many" });
  },
  "results of each kind": async ({ aquarium }) => {
    await aquarium.open({
      ...QUIET,
      runs: [
        { ping: { from: "a", to: "10.0.0.99", count: 2, interval: "10ms", timeout: "10ms" } },
        { echo: { from: "a", to: "b" } },
        { iperf: { from: "a", to: "b", bytes: "2MB", interval: "50ms" } },
        { iperf: { from: "a", to: "b", udp: true, seconds: 0.3, rate: "2Mbps" } },
        { at: "100s", connect: { from: "a", to: "b" } },
      ],
    });
    await aquarium.atFullSpeed();
    await expect(aquarium.run("iperf UDP a → b")).toContainText("done");
    await aquarium.button("Pause").click();
    await aquarium.page.getByText("More settings").click();
  },
  "the network as lists": ({ aquarium }) => aquarium.pane("Inspect"),
  "a host": async ({ aquarium }) => {
    await aquarium.pane("Inspect");
    await aquarium.inspector.getByRole("button", { name: /^Host a/ }).click();
  },
  "a console, with a command that runs and what could be typed": async ({ aquarium, page }) => {
    await aquarium.open(QUIET);
    await aquarium.instrument("Console");
    const line = page.locator("#console-line");
    await line.fill("ping 10.0.0.2");
    await line.press("Enter");
    await expect(page.getByRole("log", { name: "Console of a" })).toContainText("PING");
    await line.fill("trace");
    await line.press("Tab");
    await expect(page.getByRole("status").filter({ hasText: "traceroute" })).toBeVisible();
  },
  "a page in the browser of a host": async ({ aquarium, page }) => {
    const www = { ...QUIET.nodes[1], services: { http: { pages: { "/": "<h1>Hello</h1><p><a href='/x'>more</a></p>" } } } };
    await aquarium.open({ ...QUIET, nodes: [QUIET.nodes[0], www, ...QUIET.nodes.slice(2)] });
    await aquarium.instrument("Console");
    await aquarium.button("Web browser").click();
    await aquarium.atFullSpeed();
    const address = page.getByRole("textbox", { name: "Address" });
    await address.fill("10.0.0.2");
    await address.press("Enter");
    await expect(page.getByRole("region", { name: "Page on a" }).getByRole("heading", { name: "Hello" })).toBeVisible();
  },
  "a switch": async ({ aquarium }) => {
    await aquarium.pane("Inspect");
    await aquarium.inspector.getByRole("button", { name: /^Switch/ }).click();
  },
  "a router": async ({ aquarium }) => {
    await aquarium.open(HOME);
    await aquarium.playToTheEnd();
    await aquarium.pane("Inspect");
    await aquarium.inspector.getByRole("button", { name: /^Router/ }).click();
  },
  "a frame that a router changed": async ({ aquarium }) => {
    await aquarium.open(HOME);
    await aquarium.playToTheEnd();
    await aquarium.instrument("Packets");
    await aquarium.place.selectOption("Link home – server");
    await aquarium.packets.getByRole("row").filter({ hasText: "request" }).first().click();
    await expect(aquarium.inspector.getByRole("group", { name: "Changed by home" })).toBeVisible();
  },
  "hops of a traceroute, and a group to be chosen": async ({ aquarium, page }) => {
    await aquarium.open({ ...ROUTED, runs: [{ traceroute: { from: "a", to: "b" } }, { traceroute: { from: "a", to: "10.9.9.9", tries: 1 } }] });
    await aquarium.playToTheEnd();
    await page.getByRole("radio", { name: "Multicast", exact: true }).check();
  },
  "a link": async ({ aquarium }) => {
    await aquarium.pane("Inspect");
    await aquarium.inspector.getByRole("button", { name: /^Link/ }).first().click();
  },
  "a frame": async ({ aquarium }) => {
    await aquarium.clickAFrame();
    for (const layer of await aquarium.inspector.locator("summary").all()) await layer.click();
  },
  "the speed test, while it runs": async ({ aquarium }) => {
    const pane = await aquarium.pane("Speed test");
    await aquarium.button("Start the speed test").click();
    await expect(pane.getByRole("img", { name: /^Throughput/ })).toBeVisible();
  },
  "the examples": ({ aquarium }) => aquarium.button("Examples").click(),
  "a packet list with a filter that is wrong": async ({ aquarium }) => {
    await aquarium.instrument("Packets");
    await expect(aquarium.packet(1)).toBeVisible();
    await aquarium.filter.fill("ip.adr == 10.0.0.1");
    await aquarium.filter.blur();
  },
  "a packet and the completions of a filter": async ({ aquarium, page }) => {
    await aquarium.instrument("Packets");
    await aquarium.packet(1).click();
    await aquarium.pane("Inspect");
    await aquarium.filter.pressSequentially("tcp");
    await expect(page.getByRole("listbox", { name: "Completions" })).toBeVisible();
  },
  "lost packets, some of them to come": async ({ aquarium, page }) => {
    await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "c", count: 12, interval: "20ms", timeout: "50ms" } }] });
    await aquarium.playToTheEnd();
    await aquarium.instrument("Packets");
    await aquarium.place.selectOption("Link c – s");
    await aquarium.filter.fill("frame.number > 2 && frame.number < 7");
    await aquarium.packets.press("Home");
    await expect(page.getByText("Lost: ").first()).toBeVisible();
  },
  "an opened capture": async ({ aquarium, page }) => {
    await aquarium.instrument("Packets");
    await page.getByLabel("Open capture").setInputFiles({ name: "lan.pcap", mimeType: "", buffer: pcap([arpRequest(1, 2)]) });
    await aquarium.packet(1).click();
    await aquarium.pane("Inspect");
  },
  "the sequence view": async ({ aquarium, page }) => {
    await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "c", count: 6, interval: "20ms", timeout: "50ms" } }] });
    await aquarium.playToTheEnd();
    await aquarium.instrument("Sequence");
    const ladder = page.getByRole("listbox", { name: "Frames in order of time" });
    await ladder.press("Home");
    await ladder.press("ArrowDown");
    await ladder.press("Enter");
    await expect(ladder.getByRole("option", { selected: true }).first()).toBeAttached();
  },
  "the log": async ({ aquarium }) => {
    const log = await aquarium.instrument("Log");
    await expect(log.getByRole("button").first()).toBeVisible();
  },
  "the past, with a branch that was left": async ({ aquarium, page }) => {
    await branchOff({ aquarium });
    await aquarium.timeline.press("Home");
    await expect(page.getByText("in the past", { exact: true })).toBeVisible();
  },
  "two branches compared": async ({ aquarium }) => {
    await branchOff({ aquarium });
    await compareBranches({ aquarium });
  },
  "the results of two branches": async ({ aquarium, page }) => {
    await branchOff({ aquarium });
    await compareBranches({ aquarium });
    await aquarium.button("Results").click();
    await expect(page.getByRole("table")).toBeVisible();
  },
  "a link to a moment": async ({ aquarium }) => {
    await aquarium.button("Share").click();
    await aquarium.dialog.getByRole("switch", { name: /^Open at this moment/ }).click();
  },
  "large type for a projector": async ({ aquarium }) => {
    await aquarium.instrument("Sequence");
    await aquarium.button("Projector").click();
  },
  "no side pane, and a film being made": async ({ aquarium }) => {
    await aquarium.button("Hide the side pane").click();
    await aquarium.button("Record the stage as a video").click();
    await expect(aquarium.button("Stop recording and save the video")).toBeVisible();
  },
  "the help": ({ aquarium }) => aquarium.button("Help").click(),
  "a link to share": async ({ aquarium }) => {
    await aquarium.button("Share").click();
    await expect(aquarium.dialog).toBeVisible();
  },
  "a bad link": async ({ aquarium, page }) => {
    await page.evaluate(() => (location.hash = "1:zzz"));
    await expect(aquarium.dialog).toBeVisible();
  },
  "a text for repair": async ({ page }) => {
    await page.evaluate((bad) => (location.hash = bad), fragment({ packetarium: 1, nodes: [{ id: "a", kind: "hots" }] }));
    await expect(page.getByRole("status").filter({ hasText: "Not applied" })).toBeVisible();
  },
};

for (const [view, go] of Object.entries(VIEWS)) {
  test(`axe finds nothing wrong with ${view}, light or dark`, async ({ page, aquarium }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await aquarium.open();
    await go({ page, aquarium });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
      expect(await violations(page, colorScheme), colorScheme).toEqual([]);
    }
  });
}

test("axe finds nothing wrong with a packet list that is longer than its pane", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.instrument("Packets");
  const file = pcap(Array.from({ length: 50 }, () => arpRequest(1, 2)));
  await page.getByLabel("Open capture").setInputFiles({ name: "lan.pcap", mimeType: "", buffer: file });
  await expect(aquarium.packet(5)).toBeVisible();
  expect(await violations(page, "light")).toEqual([]);
});

test("the theme follows the system until one is chosen, and the choice is kept", async ({ page, aquarium }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await aquarium.open();
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  const drawing = await aquarium.canvas.screenshot();
  await aquarium.button("Light colors").click();
  await expect.poll(background).toBe(light);
  expect(drawing.equals(await aquarium.canvas.screenshot())).toBe(false);
  await page.reload();
  await expect.poll(background).toBe(light);
  expect(dark).not.toBe(light);
});

/** Collects the texts of the page's status while it changes: what a screen reader announces. */
async function announcedFromNowOn(page) {
  await page.evaluate(() => {
    window.announced = [];
    const collect = () => window.announced.push(...[...document.querySelectorAll("[role=status]")].map((status) => status.textContent));
    new MutationObserver(collect).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => window.announced.join("\n"));
}

test("a run is started and its results are read with the keyboard alone", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await tabTo(page, aquarium.speed);
  await page.keyboard.press("End");
  const form = page.getByRole("form", { name: "Start a run" });
  await tabTo(page, form.getByRole("radio", { name: "Ping" }));
  await page.keyboard.press("ArrowRight");
  await expect(form.getByRole("radio", { name: "Echo" })).toBeChecked();
  await tabTo(page, form.getByLabel("Text"));
  await page.keyboard.press("Control+a");
  await page.keyboard.type("keys. only s");
  const announced = await announcedFromNowOn(page);
  await page.keyboard.press("Enter");
  const card = aquarium.run("TCP echo a → b");
  await expect(card).toContainText("← keys. only s");
  await expect.poll(() => announced()).toMatch(/TCP echo a → b finished: 1 of 1 answered, round trip 4\.\d+\sms on average\./);
  await tabTo(page, card.getByRole("list", { name: "What happened" }));
});

test("every control is marked while it has the focus", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  const unseen = [];
  for (let press = 0; press < 30; press += 1) {
    await page.keyboard.press("Tab");
    const unmarked = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return;
      const shown = [element, ...(element.labels ?? []), element.nextElementSibling].filter(Boolean);
      const marked = shown.some((part) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
      });
      return marked ? undefined : element.outerHTML.slice(0, 120);
    });
    if (unmarked) unseen.push(unmarked);
  }
  expect(unseen).toEqual([]);
});

test("single keys control time, and can be switched off", async ({ page, aquarium }) => {
  await aquarium.open();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(0);
  await page.keyboard.press("Space");
  await expect(aquarium.button("Play")).toBeVisible();
  const before = await aquarium.time();
  await page.keyboard.press(".");
  await expect.poll(() => aquarium.time()).toBeGreaterThan(before);
  await aquarium.timeSettings();
  await expect(aquarium.automaticSpeed).toBeChecked();
  const step = await aquarium.speedStep();
  await page.keyboard.press("+");
  await expect(aquarium.speed).toHaveValue(String(step + 1));
  await page.keyboard.press("-");
  await page.keyboard.press("-");
  await expect(aquarium.speed).toHaveValue(String(step - 1));
  await page.keyboard.press("a");
  await expect(aquarium.automaticSpeed).toBeChecked();
  await page.keyboard.press("e");
  await expect(aquarium.dialog).toHaveAccessibleName("Examples and your own");
  await aquarium.dismiss();
  await page.keyboard.press("?");
  await aquarium.dialog.getByRole("switch", { name: "Shortcuts with single keys" }).click();
  await aquarium.dismiss();
  await expect(aquarium.dialog).toBeHidden();
  await page.keyboard.press("e");
  await page.keyboard.press("Space");
  await expect(aquarium.button("Play")).toBeVisible();
  await expect(aquarium.dialog).toBeHidden();
});

test("the user chooses how much a screen reader announces", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.button("Help").click();
  await aquarium.dialog.getByLabel("A screen reader reads out").selectOption("everything that happens");
  await aquarium.dismiss();
  await expect(page.getByRole("status").filter({ hasText: /passes the|asks who|answers/ })).toBeAttached();
  await page.reload();
  await aquarium.button("Help").click();
  await expect(aquarium.dialog.getByLabel("A screen reader reads out")).toHaveValue("everything");
});
