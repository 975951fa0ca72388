// The sequence diagram: every frame is an arrow; used with the keyboard and the pointer, and saved as a file.
import { readFile } from "node:fs/promises";
import { QUIET, expect, test } from "../aquarium.js";

const ECHOING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 1 } }, { at: "500ms", echo: { from: "b", to: "a" } }] };

const ladder = (aquarium) => aquarium.page.getByRole("listbox", { name: "Frames in order of time" });
const selected = (aquarium) => ladder(aquarium).getByRole("option", { selected: true });

test.beforeEach(async ({ page, aquarium }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await aquarium.open(ECHOING);
  await aquarium.playToTheEnd();
  await aquarium.instrument("Sequence");
});

test("each frame on each wire is an arrow, in order of time, with a description for screen readers", async ({ aquarium }) => {
  await ladder(aquarium).press("Home");
  const words = ladder(aquarium).getByRole("option");
  await expect(words.first()).toHaveText(/^0\.000\s000\ss: a → s: ARP Who has 10\.0\.0\.2\? Tell 10\.0\.0\.1$/);
  const texts = await words.allTextContents();
  const times = texts.map((text) => Number(/^([\d.]+)\s(\d{3})/.exec(text).slice(1).join("")));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // The switch floods the question.
  expect(texts.filter((text) => /: s → [bc]: ARP Who has/.test(text)).length).toBe(2);
  const places = await words.evaluateAll((all) => all.map((option) => option.ariaPosInSet));
  expect(places).toEqual(places.map((_, place) => String(place + 1)));
});

test("an arrow selected with the keyboard is selected everywhere", async ({ aquarium }) => {
  await ladder(aquarium).press("Home");
  await ladder(aquarium).press("ArrowDown");
  await ladder(aquarium).press("ArrowDown");
  const active = await ladder(aquarium).getAttribute("aria-activedescendant");
  const words = await aquarium.page.locator(`#${active}`).textContent();
  await ladder(aquarium).press("Enter");
  await expect(aquarium.page.locator(`#${active}`)).toHaveAttribute("aria-selected", "true");
  await aquarium.pane("Inspect");
  const [, from, to] = /s: (\w) → (\w): /.exec(words);
  await expect(aquarium.inspector.getByText(`On the wire from ${from} to ${to}.`)).toBeVisible();
  await aquarium.instrument("Packets");
  await expect(aquarium.packets.getByRole("row", { selected: true })).toHaveCount(1);
});

test("a packet selected in the list scrolls into view here, and the pointer selects, too", async ({ page, aquarium }) => {
  await aquarium.instrument("Packets");
  await aquarium.packets.press("End");
  await aquarium.packets.press("ArrowUp");
  const info = (await aquarium.cells(aquarium.packets.getByRole("row", { selected: true })))[7];
  await aquarium.instrument("Sequence");
  await expect(selected(aquarium).first()).toContainText(info.slice(0, 20));
  const arrow = page.locator(".sequence-lanes .arrow.chosen").first();
  await expect(arrow).toBeInViewport();

  await ladder(aquarium).press("Home");
  const label = page.locator(".sequence-lanes .writing").first();
  await expect(label).toBeInViewport();
  await label.getByText("ARP who-has").click();
  await expect(selected(aquarium).first()).toContainText("ARP Who has");
});

test("switches can be hidden, and one conversation shown alone", async ({ page, aquarium }) => {
  const words = ladder(aquarium).getByRole("option");
  const size = () => words.first().getAttribute("aria-setsize");
  const all = Number(await size());
  await page.getByRole("switch", { name: "Hosts only" }).click();
  await expect.poll(async () => Number(await size())).toBeLessThan(all);
  await ladder(aquarium).press("Home");
  await expect(async () => {
    const texts = await words.allTextContents();
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(text).toMatch(/s: [abc] → [abc]: /);
  }).toPass();
  await ladder(aquarium).press("End");
  await expect(words.last()).toBeAttached();
  await ladder(aquarium).press("Enter");
  await aquarium.button("Only this conversation").click();
  await expect(async () => {
    expect(await words.count()).toBeGreaterThan(0);
    expect(await words.filter({ hasText: /: ARP / }).count()).toBe(0);
  }).toPass();
  await page.getByRole("button", { name: /: show all frames again$/ }).click();
  await ladder(aquarium).press("Home");
  await expect(words.filter({ hasText: /: ARP / }).first()).toBeAttached();
});

test("zoomed in, less time fits in; the middle stays in place", async ({ aquarium }) => {
  const height = () => ladder(aquarium).evaluate((scroller) => scroller.scrollHeight);
  await ladder(aquarium).press("Home");
  const before = await height();
  await aquarium.button("Draw it larger").click();
  await expect.poll(height).toBeGreaterThan(before);
  await aquarium.button("Draw it smaller").click();
  await expect.poll(height).toBe(before);
});

test("saved, it is a self-contained SVG with every text", async ({ page, aquarium }) => {
  await ladder(aquarium).press("Home");
  const saving = page.waitForEvent("download");
  await aquarium.button("Save as SVG").click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("a-quiet-network.svg");
  const text = await readFile(await download.path(), "utf8");
  const found = await page.evaluate((text) => {
    const svg = new DOMParser().parseFromString(text, "image/svg+xml");
    return { root: svg.documentElement.nodeName, texts: [...svg.querySelectorAll("text")].map((text) => text.textContent), links: svg.querySelectorAll("script, [href]").length };
  }, text);
  expect(found.root).toBe("svg");
  expect(found.links).toBe(0);
  for (const name of ["a", "b", "c", "s"]) expect(found.texts).toContain(name);
  expect(found.texts.join(" ")).toContain("ARP who-has");
  expect(found.texts.join(" ")).toContain("SYN");
});
