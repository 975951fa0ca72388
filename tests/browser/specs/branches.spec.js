// Branches: an action in the past starts a new branch; the old one is kept, and can be returned to, compared and shared.
import { Aquarium, QUIET, expect, test } from "../aquarium.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 3 } }] };

const branch = (aquarium, name) => aquarium.branches.filter({ hasText: name });

/** Goes back to when the second ping of three was answered. */
async function goBack(aquarium) {
  await aquarium.goTo(1.5);
  await expect(aquarium.run("Ping a → b").getByText("Reply 2")).toBeVisible();
  await expect(aquarium.run("Ping a → b").getByText("Reply 3")).toBeHidden();
}

async function pullTheCable(aquarium, link) {
  await aquarium.pane("Inspect");
  await aquarium.button("Edit").click();
  await aquarium.button(link).click();
  await aquarium.button("Pull the cable").click();
  await aquarium.button("Done").click();
}

/** Opens a share link in a browser of its own. */
async function elsewhere(browser, faults, link, use) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  const other = new Aquarium(await context.newPage());
  other.page.on("pageerror", (error) => faults.push(String(error)));
  await other.page.goto(link);
  await other.pane("Runs");
  await use(other);
  await context.close();
}

async function share(aquarium, ...switches) {
  await aquarium.button("Share").click();
  for (const name of switches) await aquarium.dialog.getByRole("switch", { name }).click();
  const link = await aquarium.dialog.getByLabel("Link").inputValue();
  await aquarium.dismiss();
  await expect(aquarium.dialog).toBeHidden();
  return link;
}

test("a run started in the past makes a branch; both branches can be replayed to the same hash, and the share link contains the branch", async ({ browser, aquarium, faults }) => {
  await aquarium.open(PINGING);
  const before = await aquarium.playToTheEnd();
  await expect(aquarium.branches, "a single branch is not listed").toHaveCount(0);
  await goBack(aquarium);
  const left = await aquarium.moment();
  await aquarium.start("Echo", { From: "b", To: "a", Transport: "UDP" });
  await expect(aquarium.branches).toHaveText([/^As it was$/, /^UDP echo from b from \d\.\d{3}/]);
  await expect(branch(aquarium, "UDP echo")).toHaveAttribute("aria-current", "true");
  const after = await aquarium.playToTheEnd();
  expect(after).not.toBe(before);
  await expect(aquarium.run("UDP echo b → a")).toContainText("done");
  const link = await share(aquarium);

  await branch(aquarium, "As it was").click();
  await expect(aquarium.hash).toHaveText(before);
  await expect(aquarium.run("UDP echo b → a")).toBeHidden();
  await expect.poll(() => aquarium.moment(), "at the moment at which the branch was left").toBe(left);
  await expect(branch(aquarium, "As it was")).toHaveAttribute("aria-current", "true");
  await branch(aquarium, "UDP echo").click();
  await expect(aquarium.hash).toHaveText(after);
  await expect(aquarium.run("UDP echo b → a")).toContainText("done");

  await elsewhere(browser, faults, link, async (other) => expect(await other.playToTheEnd()).toBe(after));
});

test("a cable pulled in the past: the branches differ first in the frame that is not sent, and a button leads there", async ({ browser, page, aquarium, faults }) => {
  await aquarium.open(PINGING);
  const before = await aquarium.playToTheEnd();
  await goBack(aquarium);
  const left = await aquarium.moment();
  await pullTheCable(aquarium, "Link b – s");
  await expect(aquarium.branches).toHaveCount(2);
  const after = await aquarium.playToTheEnd();
  await aquarium.pane("Runs");
  await expect(aquarium.run("Ping a → b")).toContainText("No answer to 3");

  await aquarium.button("Compare with As it was").click();
  await expect(aquarium.dialog).toHaveAccessibleName("Two branches");
  await expect(aquarium.dialog).toContainText(/First difference at \d\.\d{3}/);
  const [here, there] = await aquarium.dialog.getByRole("definition").allTextContents();
  // The switch has lost its carrier and its entry for b, so it floods.
  expect(here).not.toBe(there);
  expect(there).toContain("Echo (ping) request");
  const pings = aquarium.dialog.getByRole("row", { name: /^Ping a → b/ }).getByRole("cell");
  await expect(pings).toHaveText([/Answered 2\b/, /Answered 3\b/]);
  await aquarium.button("Show me").click();
  await expect(aquarium.dialog).toBeHidden();
  const shown = Number(/([\d.]+)\s(\d{3})/.exec(there).slice(1).join(""));
  await expect.poll(() => aquarium.time()).toBeCloseTo(shown, 5);
  expect(await aquarium.moment()).toBeGreaterThan(left);

  const link = await share(aquarium);
  await elsewhere(browser, faults, link, async (other) => expect(await other.playToTheEnd()).toBe(after));
  await branch(aquarium, "As it was").click();
  await expect(aquarium.hash).toHaveText(before);
  await page.keyboard.press("Escape");
});

test("a share link to a moment opens there, paused", async ({ browser, page, aquarium, faults }) => {
  await aquarium.open(PINGING);
  const history = await aquarium.playToTheEnd();
  await goBack(aquarium);
  const [moment, clock] = [await aquarium.moment(), await aquarium.timer.textContent()];
  const link = await share(aquarium, /^Open at this moment, 1\.\d{3}/);
  expect(link).toMatch(/#2:[\w-]+&at=\d/);
  await elsewhere(browser, faults, link, async (other) => {
    await expect(other.button("Play")).toBeVisible();
    await expect(other.timer).toHaveText(clock);
    expect(await other.moment()).toBe(moment);
    await expect(other.run("Ping a → b").getByText("Reply 2")).toBeVisible();
    await expect(other.run("Ping a → b").getByText("Reply 3")).toBeHidden();
    // Several animation frames later, too.
    await other.instrument("Packets");
    await expect(other.packet(1)).toBeVisible();
    expect(await other.moment()).toBe(moment);
    await other.button("Play").click();
    expect(await other.playToTheEnd()).toBe(history);
  });
  // In the same tab, too.
  await page.evaluate((hash) => (location.hash = hash), link.split("#")[1].replace(/at=.*/, "at=1.2s"));
  await expect(aquarium.timer).toHaveText(/^1\.200\s000$/);
  await expect(aquarium.button("Play")).toBeVisible();
});

test("live edits are in the share link if that is chosen, and give the same history", async ({ browser, aquarium, faults }) => {
  await aquarium.open(PINGING);
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b").getByText("Reply 1")).toBeVisible();
  await aquarium.button("Pause").click();
  await pullTheCable(aquarium, "Link b – s");
  if (await aquarium.button("Play").isVisible()) await aquarium.button("Play").click();
  const history = await aquarium.playToTheEnd();
  await expect(aquarium.branches, "at the live edge nothing branches off").toHaveCount(0);
  const plain = await share(aquarium);
  const whole = await share(aquarium, /^Include the changes/);
  expect(whole).not.toBe(plain);
  await elsewhere(browser, faults, whole, async (other) => {
    expect(await other.playToTheEnd()).toBe(history);
    await expect(other.run("Ping a → b")).toContainText("No answer to 3");
  });
  await elsewhere(browser, faults, plain, async (other) => {
    expect(await other.playToTheEnd()).not.toBe(history);
    await expect(other.fact(other.run("Ping a → b"), "Answered"), "it begins with the cable pulled").toHaveText("0");
  });
});
