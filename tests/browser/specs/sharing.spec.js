// Share links, and reloads.
import { Aquarium, QUIET, expect, fragment, test } from "../aquarium.js";

const EXAMPLE = "A TCP connection, from hello to goodbye";

test("a share link gives another browser the same scenario and, played, the same history", async ({ browser, context, page, aquarium, faults }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await aquarium.open();
  await aquarium.openExample(EXAMPLE);
  await expect.poll(() => aquarium.time()).toBeGreaterThan(0);
  await aquarium.start("Ping", { "Echo requests": "2" });
  await aquarium.button("Share").click();
  await expect(aquarium.dialog.getByText("The link is on your clipboard.")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(await aquarium.dialog.getByLabel("Link").inputValue());
  expect(link).toBe(page.url());
  expect(link).toMatch(/#2:[\w-]+$/);
  await aquarium.dismiss();
  const history = await aquarium.playToTheEnd();

  const elsewhere = await browser.newContext({ viewport: { width: 900, height: 700 }, colorScheme: "dark" });
  const other = new Aquarium(await elsewhere.newPage());
  other.page.on("pageerror", (error) => faults.push(String(error)));
  await other.page.goto(link);
  await expect(other.title(EXAMPLE)).toBeVisible();
  await other.pane("Runs");
  expect(await other.playToTheEnd()).toBe(history);
  await expect(other.run("Ping client → server")).toContainText("done");

  await other.openExample(EXAMPLE);
  expect(await other.playToTheEnd(), "without that ping the history is another").not.toBe(history);
  await elsewhere.close();
});

test("a link to a network that a host is added to opens, plays and can be looked into", async ({ aquarium }) => {
  await aquarium.open({
    packetarium: 1,
    title: "A host is added",
    nodes: [
      { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
      { id: "s1", kind: "switch" },
    ],
    links: [{ ends: ["a", "s1"] }],
    changes: [
      { at: "1s", node: { id: "b", kind: "host", addresses: ["10.0.0.2/24"] } },
      { at: "1s", cable: { ends: ["b", "s1"] } },
    ],
    runs: [{ at: "2s", ping: { from: "a", to: "b", count: 2 } }],
  });
  await aquarium.playToTheEnd();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
  // The page is alive: it starts a run from the host that was added.
  await aquarium.start("Ping", { From: "b", To: "a", "Echo requests": "1" });
  await expect(aquarium.run("Ping b → a")).toContainText("done");
});

test("where the clipboard is refused, the link can be copied by hand", async ({ page, aquarium }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await aquarium.open();
  await aquarium.button("Share").click();
  await expect(aquarium.dialog).toContainText("The browser did not let the page copy.");
  await aquarium.dialog.getByLabel("Link").focus();
  expect(await page.evaluate(() => getSelection().toString() || document.activeElement.selectionEnd > 0)).toBeTruthy();
  expect(await aquarium.dialog.getByLabel("Link").inputValue()).toBe(page.url());
});

test("a reload loses nothing", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.openExample(EXAMPLE);
  await aquarium.start("Echo", { From: "server", To: "client", Text: "still here?" });
  const history = await aquarium.playToTheEnd();
  await aquarium.speed.fill("12");
  await aquarium.timeSettings();
  await aquarium.skipQuiet.click();
  await aquarium.button("Dark colors").click();
  const time = await aquarium.time();

  await page.reload();
  await expect(aquarium.title(EXAMPLE)).toBeVisible();
  await expect(aquarium.run("TCP echo server → client")).toContainText("still here?");
  await expect(aquarium.run("TCP echo server → client")).toContainText("done");
  await expect(aquarium.nothingMoves).toBeVisible();
  await expect(aquarium.hash).toHaveText(history);
  expect(await aquarium.time()).toBeGreaterThanOrEqual(time);
  expect(await aquarium.speedStep()).toBe(12);
  await aquarium.timeSettings();
  await expect(aquarium.skipQuiet).not.toBeChecked();
  await expect(aquarium.button("Light colors")).toBeVisible();
});

test("a reload during a run goes on from there", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.openExample(EXAMPLE);
  await aquarium.speed.fill("12");
  await expect(aquarium.run("Connect client → server").first()).toContainText("done");
  await aquarium.button("Pause").click();
  const time = await aquarium.time();
  await page.reload();
  await expect.poll(() => aquarium.time()).toBeGreaterThanOrEqual(time);
  await expect(aquarium.run("Connect client → server").first()).toContainText("done");
});

test("the page works although its storage is blocked", async ({ page, aquarium }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("blocked", "SecurityError");
      },
    });
  });
  await aquarium.open(QUIET);
  await aquarium.start("Ping", { "Echo requests": "1" });
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
});

for (const [what, bad, says] of [
  ["is cut off", "1:q1YqSEzOTi1JLMrMVbIyrA", "The end of this link is missing"],
  ["is none at all", "something-else", "This is not a link to a scenario"],
]) {
  test(`a share link that ${what} is reported, and the current scenario stays`, async ({ page, aquarium }) => {
    await aquarium.open(QUIET);
    await aquarium.start("Ping", { "Echo requests": "1" });
    await expect(aquarium.run("Ping a → b")).toBeVisible();
    // In the address bar of the same tab.
    await page.evaluate((bad) => (location.hash = bad), bad);
    await expect(aquarium.dialog).toHaveAccessibleName("This link cannot be opened");
    await expect(aquarium.dialog).toContainText(says);
    await expect(aquarium.dialog).toContainText("Your network is still here");
    await aquarium.button("Go on").click();
    await expect(aquarium.title("A quiet network")).toBeVisible();
    await expect(aquarium.run("Ping a → b")).toBeVisible();
    expect(page.url()).not.toContain(bad);

    // And in a new tab, where the current scenario comes from storage.
    await page.goto("about:blank");
    await page.goto(`./#${bad}`);
    await expect(aquarium.dialog).toHaveAccessibleName("This link cannot be opened");
    await aquarium.dismiss();
    await expect(aquarium.title("A quiet network")).toBeVisible();
    await expect(aquarium.run("Ping a → b")).toBeVisible();
  });
}

test("a share link to a text that cannot be read opens it for repair, at its first fault", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  const bad = { packetarium: 1, title: "Mended", nodes: [{ id: "a", kind: "hots" }] };
  for (const open of [() => page.evaluate((bad) => (location.hash = bad), fragment(bad)), () => page.goto(`./?#${fragment(bad)}`)]) {
    await open();
    const text = page.getByRole("textbox", { name: "Text" });
    await expect(text).toHaveValue(/"hots"/);
    await expect(page.getByRole("button", { name: /nodes\[0\]\.kind \(line 1/ })).toBeVisible();
    expect(await text.evaluate((area) => area.value.slice(area.selectionStart).startsWith('"hots"'))).toBe(true);
    await expect(aquarium.title("A quiet network")).toBeVisible();
    await text.fill(JSON.stringify(bad).replace("hots", "host"));
    await expect(aquarium.title("Mended")).toBeVisible();
    await page.evaluate((quiet) => (location.hash = quiet), fragment(QUIET));
    await expect(aquarium.title("A quiet network")).toBeVisible();
  }
});

test("a share link to a network that cannot run opens it in edit mode, with the fault at its place", async ({ page, aquarium }) => {
  const faulty = structuredClone(QUIET);
  faulty.nodes.find((node) => node.id === "b").gateway = "10.99.0.1";
  await page.goto(`./#${fragment(faulty)}`);
  await expect(page.getByRole("form", { name: "Settings" })).toBeVisible();
  await expect(page.getByText("The gateway 10.99.0.1 is in none of this host's networks")).toBeVisible();
  // It can be shared as it is.
  await aquarium.button("Share").click();
  await expect(aquarium.dialog).toBeVisible();
});

test("a share link opened in the same tab is followed", async ({ page, aquarium }) => {
  await aquarium.open();
  await page.evaluate((link) => (location.hash = link), fragment(QUIET));
  await expect(aquarium.title("A quiet network")).toBeVisible();
});
