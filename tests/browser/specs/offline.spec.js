// The service worker: a second visit without a network, and new versions. The host of these tests is a process that really ends.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { QUIET, expect, fragment, test as base } from "../aquarium.js";
import { violations } from "../axe.js";
import { Host } from "../host.js";
import { LONG, WHOLE_TEST } from "../patience.js";

const test = base.extend({
  host: async ({}, use) => {
    const host = await Host.of();
    await use(host);
    await host.end();
  },
  // aquarium.js then watches this host's requests.
  baseURL: async ({ host }, use) => use(host.url),
});
test.use({ serviceWorkers: "allow" });
// Chromium checks for new versions while it is idle: two seconds after its start at the earliest, on a busy machine after most
// of a minute.
test.setTimeout(2 * WHOLE_TEST);

/** Waits until the service worker has cached everything, which the page does not show. */
const kept = (page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== "activated") await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true }));
  });

/**
 * Waits until no newer version is being requested or installed. To be called before one is published, too: Playwright pauses each
 * new worker for a moment, and two at once block each other.
 */
const settled = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update().catch(() => {});
    while (registration.installing) await new Promise((resolve) => setTimeout(resolve, 50));
  });

const isOpen = (page) => expect(page.getByRole("timer", { name: "Virtual time in seconds" })).toHaveText(/^\d/);

const moves = (page) => page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length === 1, null, LONG);

/** Makes the page believe that its tab is visible again, at which it checks for a new version. */
const comeBack = (page) => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));

const version = (page) => page.locator("script[data-version]").getAttribute("data-version");

const news = (page) => page.getByRole("status").getByText("There is a new version of Packetarium.");

/** The faults without those of an unreachable host. */
const onlyUnreachable = (faults) => faults.splice(0).filter((fault) => !/ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED/.test(fault));

test("after one visit the page opens without its host, and frames move", async ({ page, aquarium, host, faults }) => {
  await aquarium.open();
  await kept(page);
  await host.stop();
  await page.reload();
  await moves(page);
  await expect(page).toHaveTitle("Two hosts and a switch · Packetarium");
  const begun = await aquarium.time();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(begun);
  await aquarium.openExample("A TCP connection, from hello to goodbye");
  await aquarium.playToTheEnd();
  expect(onlyUnreachable(faults)).toEqual([]);
});

test("after one visit a shared link opens without a network, in a new tab too", async ({ context, page, aquarium, faults }) => {
  await aquarium.open();
  await kept(page);
  await context.setOffline(true);
  const other = await context.newPage();
  for (const [tab, address] of [[page, `./?from=mail#${fragment(QUIET)}`], [other, `./index.html#${fragment(QUIET)}`]]) {
    await tab.goto(address);
    await expect(tab.getByRole("main").getByRole("heading", { level: 2, name: "A quiet network" })).toBeVisible();
  }
  await aquarium.start("Ping", { "Echo requests": "1" });
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
  expect(onlyUnreachable(faults)).toEqual([]);
});

/** Uses something of every piece. */
async function useEveryPiece(aquarium, page) {
  await aquarium.instrument("Packets");
  // Any row but the head: the list may have followed the network to its end.
  await expect(aquarium.packets.getByRole("row").nth(1)).toBeVisible();
  await aquarium.pane("Document");
  await expect(page.getByRole("heading", { name: "Problems" })).toBeVisible();
  await aquarium.button("Help").click();
  await expect(aquarium.dialog).toHaveAccessibleName("An aquarium for packets");
  await aquarium.dismiss();
}

test("after one visit every piece of the page is there without its host", async ({ page, aquarium, host, faults }) => {
  await aquarium.open();
  await kept(page);
  await host.stop();
  await page.reload();
  await moves(page);
  await useEveryPiece(aquarium, page);
  expect(onlyUnreachable(faults)).toEqual([]);
});

test("a new version with other pieces: the old page goes on with its own, the new one has its own", async ({ page, aquarium, host, faults }) => {
  await aquarium.open();
  await kept(page);
  await settled(page);
  await host.publishPieces("new", "0123456789abcdef");
  await useEveryPiece(aquarium, page);
  await page.reload();
  await isOpen(page);
  expect(await version(page)).toBe("new");
  await useEveryPiece(aquarium, page);
  await settled(page);
  await kept(page);
  await host.stop();
  await expect(() => page.reload()).toPass(LONG);
  await isOpen(page);
  expect(await version(page)).toBe("new");
  await useEveryPiece(aquarium, page);
  expect(onlyUnreachable(faults)).toEqual([]);
});

test("a host that accepts requests and never answers does not prevent the page from opening", async ({ page, aquarium, context }) => {
  await aquarium.open();
  await kept(page);
  let asked = 0;
  await context.route("**/some/folder/", () => (asked += 1) && new Promise(() => {}));
  await page.reload();
  await moves(page);
  expect(asked).toBeGreaterThan(0);
});

test("a new version is announced, and activated on request and not before", async ({ page, aquarium, host }) => {
  await aquarium.open(QUIET);
  await kept(page);
  const old = await version(page);
  await comeBack(page);
  await aquarium.start("Echo", { Text: "keep me" });
  await aquarium.atFullSpeed();
  await expect(aquarium.run("TCP echo a → b")).toContainText("done");
  await expect(news(page)).toBeHidden();

  await host.publish("new");
  await comeBack(page);
  await expect(news(page)).toBeVisible(LONG);
  await expect(aquarium.button("Start echo")).toBeInViewport();
  expect(await version(page)).toBe(old);
  await aquarium.button("Later").click();
  await expect(news(page)).toBeHidden();
  expect(await version(page)).toBe(old);

  await host.publish("newer");
  await comeBack(page);
  await expect(news(page)).toBeVisible(LONG);
  await aquarium.button("Reload with the new version").click();
  await expect.poll(() => version(page).catch(() => undefined)).toBe("newer");
  await expect(aquarium.run("TCP echo a → b")).toContainText("keep me");
  await expect(news(page)).toBeHidden();

  // The cache has the new version and nothing else.
  await settled(page);
  await kept(page);
  await host.stop();
  // Chromium may be replacing the worker, and then fails a navigation once.
  await expect(() => page.reload()).toPass(LONG);
  await isOpen(page);
  expect(await version(page)).toBe("newer");
  expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(1);
});

test("the announcement covers nothing of the page, has no violation for axe in either theme, and can be answered with the keyboard", async ({ page, aquarium, host }) => {
  await aquarium.open(QUIET);
  await kept(page);
  await host.publish("new");
  await comeBack(page);
  await expect(news(page)).toBeVisible(LONG);
  for (const size of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
      expect(await violations(page, colorScheme), colorScheme).toEqual([]);
    }
    const bar = await page.getByRole("status").filter({ hasText: "new version" }).boundingBox();
    const top = await page.getByRole("banner").boundingBox();
    expect(top.y).toBeGreaterThanOrEqual(bar.y + bar.height - 1);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  const lowest = await page.getByRole("tab", { name: "Packets" }).boundingBox();
  expect(lowest.y + lowest.height, "the page still fits into the window").toBeLessThanOrEqual(900);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Tab");
  await expect(aquarium.button("Reload with the new version")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(news(page)).toBeHidden();
});

test("a reload activates the new version without a question, and other tabs announce it", async ({ context, page, aquarium, host }) => {
  await aquarium.open();
  await kept(page);
  const other = await context.newPage();
  await other.goto("./");
  await moves(other);
  await settled(other);
  await host.publish("new");
  await page.reload();
  await moves(page);
  expect(await version(page)).toBe("new");
  await expect(news(other)).toBeVisible(LONG);
  await expect(news(page)).toBeHidden();
  await other.getByRole("button", { name: "Reload with the new version" }).click();
  await expect.poll(() => version(other).catch(() => undefined)).toBe("new");
  await expect(news(other)).toBeHidden();
});

test("a version that is only half published is not announced", async ({ page, aquarium, host, faults }) => {
  await aquarium.open();
  await kept(page);
  const old = await version(page);
  await host.publish("new", "sw.js");
  await comeBack(page);
  await settled(page);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting), "no worker waits to take over").toBeNull();
  await aquarium.shown();
  await expect(news(page)).toBeHidden();
  await host.stop();
  await page.reload();
  await moves(page);
  expect(await version(page)).toBe(old);
  // The browser reports the wrong digest, and the unreachable host.
  expect(onlyUnreachable(faults).filter((fault) => !/digest|integrity/i.test(fault))).toEqual([]);
});

test("in a whole session, from first visit to new version, no request goes to another site and no policy is violated", async ({ context, page, aquarium, host }) => {
  // aquarium.js fails this test at its end if a request leaves the page's folder or the policy is violated. This test also shows
  // that it sees the worker's requests.
  const asked = [];
  context.on("request", (request) => asked.push([request.serviceWorker() ? "worker" : "page", new URL(request.url()).pathname]));
  await aquarium.open();
  await kept(page);
  await page.reload();
  await moves(page);
  await aquarium.openExample("A TCP connection, from hello to goodbye");
  await aquarium.start("Ping", { "Echo requests": "1" });
  await aquarium.playToTheEnd();
  await aquarium.button("Share").click();
  await aquarium.dismiss();
  await host.publish("new");
  await comeBack(page);
  await expect(news(page)).toBeVisible(LONG);
  await aquarium.button("Reload with the new version").click();
  await expect.poll(() => version(page).catch(() => undefined)).toBe("new");
  await isOpen(page);
  const files = (by) => asked.filter(([who]) => who === by).map(([, path]) => path);
  expect(files("page").some((path) => path.endsWith(".wasm"))).toBe(true);
  expect(files("worker").some((path) => path.endsWith(".wasm"))).toBe(true);
  for (const [, path] of asked) expect(path).toMatch(/^\/some\/folder\//);
});

test("the page can be installed: its manifest has a name, a start and icons that load", async ({ context, page, aquarium, baseURL }) => {
  await aquarium.open();
  const address = new URL(await page.locator("link[rel=manifest]").getAttribute("href"), baseURL).href;
  const manifest = await (await context.request.get(address)).json();
  expect(manifest).toMatchObject({ name: "Packetarium", display: "standalone" });
  for (const place of [manifest.start_url, manifest.scope]) expect(new URL(place, address).href).toBe(baseURL);
  expect(manifest.icons.map(({ purpose }) => purpose ?? "any")).toContain("maskable");
  for (const { src, sizes, type } of manifest.icons) {
    const url = new URL(src, address).href;
    expect((await context.request.get(url)).headers()["content-type"]).toBe(type);
    const natural = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, url);
    if (sizes !== "any") expect(natural).toBe(sizes);
  }
  // The browser's own verdict.
  const browser = await context.newCDPSession(page);
  const { errors, url } = await browser.send("Page.getAppManifest");
  expect(url).toBe(address);
  expect(errors).toEqual([]);
  expect((await browser.send("Page.getInstallabilityErrors")).installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
});

test("where service workers are forbidden, the page works and reports nothing", async ({ page, aquarium }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "serviceWorker", {
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
  });
  await aquarium.open(QUIET);
  await aquarium.start("Ping", { "Echo requests": "1" });
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
});

test("a page within another of the same site registers no worker", async ({ page, host }) => {
  await writeFile(join(host.folder, "around.html"), '<!doctype html><link rel="icon" href="data:,"><iframe src="./"></iframe>');
  await page.goto("./around.html");
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { level: 1 })).toHaveText("Packetarium");
  await expect(frame.getByRole("timer")).toHaveText(/[1-9]/);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});
