// The page's layout, measured: the drawing has the window; nothing overlaps, wraps or is cut. At the sizes of a small laptop, a
// laptop, a desktop screen, a phone upright and on its side, and a tablet.
import { QUIET, expect, fragment, test } from "../aquarium.js";

const SIZES = {
  "1366x768": { width: 1366, height: 768, first: 0.7, open: 0.4 },
  "1440x900": { width: 1440, height: 900, first: 0.75, open: 0.42 },
  "1920x1080": { width: 1920, height: 1080, first: 0.8, open: 0.45 },
  "390x844": { width: 390, height: 844, first: 0.54, open: 0.15 },
  "844x390": { width: 844, height: 390, first: 0.5, open: 0.2 },
  "820x1180": { width: 820, height: 1180, first: 0.7, open: 0.3 },
};
const INSTRUMENTS = ["Packets", "Sequence", "Graphs", "Log", "Console"];
const PANES = ["Runs", "Inspect", "Speed test", "Document"];

test.use({ kept: {} });

/** Playwright's options for a window of this size. */
function screen(name) {
  const { width, height } = SIZES[name];
  const isMobile = width < 1000;
  return { viewport: { width, height }, isMobile, hasTouch: isMobile };
}

/** The drawing's share of the window. */
const share = (page) =>
  page.locator(".stage-canvas").evaluate((canvas) => {
    const { width, height } = canvas.getBoundingClientRect();
    return (width * height) / (innerWidth * innerHeight);
  });

/**
 * What is wrong with what is shown outside of the panes, whose content scrolls: controls that overlap each other, stick out of the
 * window, or whose text is cut or takes two lines.
 */
const faults = (page) =>
  page.evaluate(() => {
    const found = [];
    const inPane = (element) => element.closest(".pane, .drawer-body, .modal");
    const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1 && !inPane(element);
    const name = (element) => `${element.tagName.toLowerCase()} “${(element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 30)}”`;
    const controls = [...document.querySelectorAll("button, select, input, [role=slider], .clock, .side-head span, h1, h2")].filter(shown);
    // Of a legend's line only what is in it is seen; the rest stands below it.
    const line = document.querySelector(".legend-line")?.getBoundingClientRect();
    const entries = [...document.querySelectorAll(".legend-line li")].filter((entry) => shown(entry) && entry.getBoundingClientRect().top < line.bottom - 2);
    const things = [...controls, ...entries];
    for (const thing of things) {
      const box = thing.getBoundingClientRect();
      if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) found.push(`${name(thing)} sticks out of the window`);
      const cut = thing.scrollWidth > thing.clientWidth + 1 && thing.clientWidth > 0 && !["INPUT", "SELECT", "CANVAS"].includes(thing.tagName);
      if (cut) found.push(`${name(thing)} is cut`);
      const range = document.createRange();
      range.selectNodeContents(thing);
      const tops = [...range.getClientRects()].filter((rect) => rect.width > 1).map((rect) => Math.round(rect.top / 8));
      const lines = thing.matches(".clock") ? 2 : 1;
      const words = thing.matches("button, .tab, h1, h2, li, .side-head span") && !thing.querySelector("svg");
      if (words && new Set(tops).size > lines) found.push(`${name(thing)} takes ${new Set(tops).size} lines`);
      for (const other of things) {
        if (other === thing || thing.contains(other) || other.contains(thing)) continue;
        const rect = other.getBoundingClientRect();
        // A chapter's flag stands on the time line, at its moment.
        if ([thing, other].some((one) => one.matches(".flag")) && [thing, other].some((one) => one.matches(".strip"))) continue;
        const across = Math.min(box.right, rect.right) - Math.max(box.left, rect.left);
        const down = Math.min(box.bottom, rect.bottom) - Math.max(box.top, rect.top);
        if (across > 1 && down > 1) found.push(`${name(thing)} and ${name(other)} overlap`);
      }
    }
    if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) found.push("the page scrolls");
    return found;
  });

/** Play, time and time line are in the window. */
async function expectTransport(page, aquarium) {
  await expect(page.getByRole("button", { name: /^(Play|Pause)$/ })).toBeInViewport({ ratio: 1 });
  await expect(aquarium.timer).toBeInViewport({ ratio: 1 });
  await expect(aquarium.timeline).toBeInViewport({ ratio: 1 });
}

for (const [name, { first, open }] of Object.entries(SIZES)) {
  test.describe(name, () => {
    test.use(screen(name));

    test("at first sight the drawing has the window, and nothing overlaps, wraps or is cut", async ({ page, aquarium }) => {
      await aquarium.open();
      await expect(page.getByRole("complementary")).toBeHidden();
      expect(await share(page)).toBeGreaterThan(first);
      expect(await faults(page)).toEqual([]);
      await expectTransport(page, aquarium);
      await expect(aquarium.hash, "no hash in the first view").toBeHidden();
      expect(await page.evaluate(() => document.body.innerText)).not.toMatch(/smoltcp|[0-9a-f]{16}/);
    });

    test("with any instrument or pane open the drawing and the controls of time keep their room", async ({ page, aquarium }) => {
      await aquarium.open(QUIET);
      for (const tab of [...INSTRUMENTS, ...PANES]) {
        const panel = await aquarium.instrument(tab);
        await expect(panel).toBeInViewport({ ratio: 0.9 });
        expect(await share(page), tab).toBeGreaterThan(open);
        expect(await faults(page), tab).toEqual([]);
        await expectTransport(page, aquarium);
        await page.getByRole("tab", { name: tab, exact: true }).click();
        await expect(panel).toBeHidden();
      }
      expect(await share(page), "all closed again").toBeGreaterThan(first);
    });
  });
}

// Its words are longer: at first sight a caption may have a line more.
for (const [name, first] of [["1366x768", 0.7], ["390x844", 0.49], ["844x390", 0.48]]) {
  const { open } = SIZES[name];
  test.describe(`${name} in Spanish`, () => {
    test.use(screen(name));

    test("longer words neither overlap nor wrap, and none is cut", async ({ page }) => {
      await page.goto("./?lang=es");
      await page.waitForFunction(() => performance.getEntriesByName("first-moving-frame")[0]);
      expect(await share(page)).toBeGreaterThan(first);
      expect(await faults(page)).toEqual([]);
      await page.goto(`./?lang=es#${fragment(QUIET)}`);
      const tabs = page.getByRole("tab");
      await expect(tabs).toHaveCount(INSTRUMENTS.length + PANES.length);
      for (const tab of await tabs.allTextContents()) {
        await tabs.filter({ hasText: tab }).click();
        await expect(page.getByRole("tabpanel", { name: tab })).toBeInViewport({ ratio: 0.9 });
        expect(await share(page), tab).toBeGreaterThan(open);
        expect(await faults(page), tab).toEqual([]);
        await tabs.filter({ hasText: tab }).click();
      }
    });
  });
}

test("the legend explains what was sent here, and nothing else", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 1 } }] });
  const legend = page.getByRole("list", { name: "Colors of what was sent" });
  await aquarium.playToTheEnd();
  await expect(legend.getByRole("listitem")).toHaveText([/^ARP/, /^ICMP/]);
  const before = (await aquarium.canvas.boundingBox()).height;
  await aquarium.start("Echo");
  await expect(legend.getByRole("listitem").filter({ hasText: /^TCP data/ })).toBeVisible();
  expect((await aquarium.canvas.boundingBox()).height, "nothing jumps").toBe(before);
  await aquarium.button("Colors").click();
  await expect(page.getByText("cable in reserve")).toBeVisible();
});
