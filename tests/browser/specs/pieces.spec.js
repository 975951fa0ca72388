// The page in pieces: what a first visitor downloads, and what happens when a piece does not arrive.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { QUIET, expect, fragment, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const dist = resolve(process.env.PACKETARIUM_DIST ?? join(import.meta.dirname, "../../../dist"));
const FIRST_BUDGET_BYTES = 500 * 1024;
const PIECES = /\/(instruments|documents)-[0-9a-f]{16}\.(wasm|css)$/;

const moves = (page) => page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length === 1, null, LONG);

/** Makes the page note when it has tried to load all its pieces: from then on it loads one only when it is asked to. */
const watch = (page) => page.addInitScript(() => addEventListener("complete", () => (window.isComplete = true)));
const complete = (page) => page.waitForFunction(() => window.isComplete, null, LONG);

/** The size of a file as a host sends it at best. */
async function compressed(name) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(await readFile(join(dist, name)), { params }).length;
}

/** The file name of each request that was begun before the first frame moved, and of each after it. */
async function requested(page) {
  const urls = await page.evaluate(() => {
    const [{ startTime: moved }] = performance.getEntriesByName("first-moving-frame");
    const entries = performance.getEntriesByType("resource");
    return [true, false].map((first) => entries.filter(({ startTime }) => startTime <= moved === first).map(({ name }) => name));
  });
  return urls.map((urls) => [...new Set(urls.map((url) => new URL(url).pathname.split("/").pop()))]);
}

/** Answers requests for a piece like this until the returned function is called. */
async function spoil(page, name, answer) {
  const piece = new RegExp(`/${name}-[0-9a-f]{16}\\.wasm$`);
  await page.route(piece, answer);
  return () => page.unroute(piece);
}

const missing = (route) => route.fulfill({ status: 404, body: "not found" });

/** The faults without those of a piece that a test has spoiled. */
const forget = (faults) => expect(faults.splice(0).filter((fault) => !/404|integrity|digest|Failed to fetch|ERR_FAILED|\.wasm|\.css/.test(fault))).toEqual([]);

test("until the first frame moves, a visitor downloads at most 500 KB and no piece; then the pieces come by themselves", async ({ page }) => {
  await watch(page);
  await page.goto("./");
  await moves(page);
  await complete(page);
  const [first, later] = await requested(page);
  // Neither is among the entries; both are requested at once.
  const all = [...first, "index.html", "icon.svg"];
  expect(all.filter((name) => PIECES.test(`/${name}`))).toEqual([]);
  const sizes = await Promise.all([...new Set(all)].map(compressed));
  const sum = sizes.reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: "first visit", description: `${sum} bytes in ${all.length} files: ${all.join(", ")}` });
  expect(all.some((name) => name.endsWith("_bg.wasm"))).toBe(true);
  expect(sum).toBeLessThanOrEqual(FIRST_BUDGET_BYTES);
  for (const part of ["instruments", "documents"]) expect(later.join(" ")).toContain(`${part}-`);
  expect(later.join(" "), "the part for lessons comes with the first lesson").not.toContain("lessons-");
});

test("a piece that is missing is reported in its pane, time goes on, and trying again loads it", async ({ page, aquarium, faults }) => {
  const restore = await spoil(page, "instruments", missing);
  await watch(page);
  await aquarium.open();
  await moves(page);
  const panel = await aquarium.instrument("Packets");
  await expect(panel.getByRole("alert")).toContainText("could not be loaded");
  const before = await aquarium.time();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(before);
  await panel.getByRole("button", { name: "Try again" }).click();
  await expect(panel.getByRole("alert"), "it is still missing").toContainText("could not be loaded");
  await complete(page);
  await restore();
  await panel.getByRole("button", { name: "Try again" }).click();
  await expect(aquarium.packets).toBeVisible();
  await expect(aquarium.packet(1)).toBeVisible();
  forget(faults);
});

test("a piece that is damaged never runs: it is reported, and trying again loads it", async ({ page, aquarium, faults }) => {
  const restore = await spoil(page, "documents", async (route) => {
    const response = await route.fetch();
    const body = Buffer.from(await response.body());
    // Another constant somewhere in its data: it would link and run.
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await watch(page);
  await aquarium.open();
  await moves(page);
  const pane = await aquarium.pane("Document");
  await expect(pane.getByRole("alert")).toContainText("could not be loaded");
  await complete(page);
  await restore();
  await pane.getByRole("button", { name: "Try again" }).click();
  await expect(pane.getByRole("heading", { name: "Problems" })).toBeVisible();
  forget(faults);
});

test("what a person did while a piece was missing is done once it is there", async ({ page, aquarium, faults }) => {
  const restores = [await spoil(page, "documents", missing), await spoil(page, "instruments", missing)];
  await watch(page);
  await aquarium.open();
  await moves(page);
  await aquarium.button("Edit").click();
  const note = aquarium.messages.getByRole("alert").filter({ hasText: "The editor" });
  await expect(note).toContainText("could not be loaded");
  await aquarium.button("Help").click();
  const other = aquarium.messages.getByRole("alert").filter({ hasText: "The help" });
  await expect(other).toContainText("could not be loaded");
  await expect(aquarium.dialog).toBeHidden();
  await complete(page);
  for (const restore of restores) await restore();
  await note.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("group", { name: "Editor" })).toBeVisible();
  await expect(note).toBeHidden();
  await other.getByRole("button", { name: "Try again" }).click();
  await expect(aquarium.dialog).toHaveAccessibleName("An aquarium for packets");
  forget(faults);
});

test("Escape takes back a dialog whose piece is still on its way", async ({ page, aquarium }) => {
  let arrive;
  const held = new Promise((resolve) => (arrive = resolve));
  await spoil(page, "instruments", (route) => held.then(() => route.continue()));
  await watch(page);
  await aquarium.open();
  await moves(page);
  await aquarium.button("Help").click();
  await page.keyboard.press("Escape");
  arrive();
  await complete(page);
  await aquarium.instrument("Packets");
  await expect(aquarium.packet(1)).toBeVisible();
  await expect(aquarium.dialog).toBeHidden();
});

test("a link whose piece is missing loses nothing: a restart opens it", async ({ page, aquarium, faults }) => {
  const restore = await spoil(page, "documents", missing);
  await page.goto(`./#${fragment(QUIET)}`);
  const crash = page.getByRole("alert");
  await expect(crash).toContainText("could not be loaded completely");
  await restore();
  await crash.getByRole("link").click();
  await expect(aquarium.title("A quiet network")).toBeVisible();
  forget(faults);
});

test("a console whose piece is missing is reported in its place, and a line typed later works", async ({ page, aquarium, faults }) => {
  // In one file with the instruments.
  const restore = await spoil(page, "instruments", missing);
  await watch(page);
  await aquarium.open(QUIET);
  const panel = await aquarium.instrument("Console");
  await expect(panel.getByRole("alert")).toContainText("The consoles and services of hosts could not be loaded");
  await complete(page);
  await restore();
  await panel.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("textbox", { name: "Command on a", exact: true }).fill("hostname -I");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("log", { name: "Console of a" })).toContainText("10.0.0.1");
  forget(faults);
});

test("an instrument that is open stays as it is while other pieces arrive", async ({ page, aquarium }) => {
  await watch(page);
  await page.addInitScript(() => {
    const waiting = [];
    window.requestIdleCallback = (callback) => (window.beIdle ? setTimeout(callback) : waiting.push(callback));
    window.rest = () => {
      window.beIdle = true;
      waiting.splice(0).forEach((callback) => setTimeout(callback));
    };
  });
  await aquarium.open(QUIET);
  await aquarium.instrument("Packets");
  await aquarium.packets.evaluate((grid) => (grid.isFromBefore = true));
  expect(await page.evaluate(() => window.isComplete)).toBeUndefined();
  await page.evaluate(() => window.rest());
  await complete(page);
  expect(await aquarium.packets.evaluate((grid) => grid.isFromBefore)).toBe(true);
});

test.describe("with an instrument open from the last visit", () => {
  test.use({ kept: { "packetarium.settings.1": "greeted=true layout=packets,288,392,closed,plain" } });

  test("a network with services opens: the programs come before the instruments", async ({ page, aquarium }) => {
    const [a, b, ...rest] = QUIET.nodes;
    await watch(page);
    await aquarium.open({ ...QUIET, nodes: [a, { ...b, services: { echo: true } }, ...rest] });
    await complete(page);
    await expect(aquarium.packets).toBeVisible();
  });
});

test("pieces also load from a host that does not know the type of wasm", async ({ page, aquarium }) => {
  await page.route(/\.wasm$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
  });
  await watch(page);
  await aquarium.open();
  await complete(page);
  await aquarium.instrument("Packets");
  await expect(aquarium.packet(1)).toBeVisible();
});

test("a style that is missing is reported with its pieces, and trying again loads both", async ({ page, aquarium, faults }) => {
  const style = /\/instruments-[0-9a-f]{16}\.css$/;
  await page.route(style, missing);
  await watch(page);
  await aquarium.open();
  await moves(page);
  const panel = await aquarium.instrument("Packets");
  await expect(panel.getByRole("alert")).toContainText("could not be loaded");
  await complete(page);
  await page.unroute(style);
  await panel.getByRole("button", { name: "Try again" }).click();
  await expect(aquarium.packet(1)).toBeVisible();
  await expect(page.locator("link[rel=stylesheet][href*=instruments]")).toHaveCount(1);
  forget(faults);
});
