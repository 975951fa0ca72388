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

/** Compares with the branch that was left; the comparison, once the other branch was run again. */
async function compare(aquarium, name = "As it was") {
  await aquarium.button(`Compare with ${name}`).click();
  const panel = aquarium.page.getByRole("tabpanel", { name: "Sequence", exact: true });
  await expect(panel.getByRole("status")).toHaveText(/^First difference at \d\.\d{3}/);
  return panel;
}

/** A branch in which the cable of b was pulled before the third ping, compared with the one in which it was not. */
async function pulledAndCompared(aquarium) {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  await goBack(aquarium);
  await pullTheCable(aquarium, "Link b – s");
  await aquarium.playToTheEnd();
  return compare(aquarium);
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

  const comparison = await compare(aquarium);
  await comparison.getByRole("button", { name: "Results", exact: true }).click();
  const results = comparison.getByRole("group", { name: "Results of both branches" });
  const [parted, here, there] = await Promise.all(["The histories part at", "First different frame here", "First different frame there"].map((name) => aquarium.fact(results, name).innerText()));
  expect(Number(parted.replace(/[^\d.]/g, "")) * 1e9, "when the cable was pulled").toBeCloseTo(left, -4);
  // The switch has lost its carrier and its entry for b, so it floods.
  expect(here).not.toBe(there);
  expect(there).toContain("Echo (ping) request");
  await comparison.getByRole("button", { name: "Show me" }).click();
  const shown = Number(/([\d.]+)\s(\d{3})/.exec(there).slice(1).join(""));
  await expect.poll(() => aquarium.time()).toBeCloseTo(shown, 5);
  expect(await aquarium.moment()).toBeGreaterThan(left);
  await aquarium.button("Stop comparing").first().click();
  await expect(page.getByRole("group", { name: "Comparison of two branches" })).toBeHidden();

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

test("two branches compared: their sequences side by side on one axis, what is equal paler, the first difference marked in both", async ({ page, aquarium }) => {
  const comparison = await pulledAndCompared(aquarium);
  const [here, there] = [/^Here: /, "There: As it was"].map((name) => comparison.getByRole("group", { name }));
  const [only, both] = [/; only in this branch/, /; in both branches$/].map((name) => ({ name }));
  await expect(there.getByRole("option", only).first()).toHaveAccessibleName(/Echo \(ping\) request.*: the first difference$/);
  await expect(here.getByRole("option", both).first()).toBeAttached();
  await expect(there.getByRole("option", both).first()).toBeAttached();
  await expect(comparison.getByText("First difference", { exact: true })).toHaveCount(2);
  // The same lifelines, side by side; the same moment at the same height.
  const lanes = comparison.locator(".sequence-lanes");
  await expect(lanes).toHaveCount(2);
  const [left, right] = [await lanes.first().boundingBox(), await lanes.last().boundingBox()];
  expect(right.x).toBeCloseTo(left.x + left.width, 0);
  expect([right.y, right.width, right.height]).toEqual([left.y, left.width, left.height]);
  const heights = (side) => lanes.nth(side).locator(".arrow.same .shaft").evaluateAll((shafts) => shafts.map((shaft) => shaft.getAttribute("d")));
  await expect.poll(() => heights(0)).toEqual(await heights(1));
  // With the keys from one to the other.
  const list = comparison.getByRole("listbox");
  await list.press("End");
  const active = () => list.getAttribute("aria-activedescendant");
  await expect.poll(active).toMatch(/^sequence-\d+$/);
  await list.press("ArrowRight");
  await expect.poll(active).toMatch(/^sequence-there-\d+$/);
  await list.press("ArrowLeft");
  await expect.poll(active).toMatch(/^sequence-\d+$/);
  await page.keyboard.press("Escape");
});

test("two branches compared: durations, round trips and counters of both with their differences", async ({ aquarium }) => {
  const comparison = await pulledAndCompared(aquarium);
  await comparison.getByRole("button", { name: "Results", exact: true }).click();
  const table = comparison.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText([/^Here: /, "There: As it was", "Difference"]);
  await expect(table.getByRole("rowheader", { name: "Ping a → b" })).toBeVisible();
  const cells = (name) => table.getByRole("row", { name: new RegExp(`^${name} `) }).getByRole("cell");
  await expect(cells("Answered")).toHaveText(["2", "3", "−1"]);
  await expect(cells("Result")).toHaveText(["done", "done", ""]);
  await expect(cells("Took")).toHaveText([/^\d.*s$/, /^\d.*s$/, /^[+−]\d.*s$/]);
  await expect(cells("Round trip on average")).toHaveText([/^\d/, /^\d/, /^(same|[+−]\d.*)$/]);
  await expect(cells("Ended at")).toHaveText([/^\d.*s$/, /^\d.*s$/, /^[+−]\d.*s$/]);
  await expect(cells("Frames on wires")).toHaveText([/^\d+$/, /^\d+$/, /^[+−]\d+$/]);
});

test("frames that are under way only in the other branch are outlines on the stage until the comparison ends", async ({ page, aquarium }) => {
  const comparison = await pulledAndCompared(aquarium);
  const legend = page.getByRole("list", { name: "Colors of what was sent" }).getByText("In the other branch");
  await expect(legend).toBeVisible();
  // To the middle of the way of the first frame that is not sent here.
  await comparison.locator(".sequence-lanes[data-side='1'] .arrow:not(.same) .reach").first().click({ force: true });
  const picture = () => aquarium.canvas.evaluate((canvas) => canvas.toDataURL());
  await aquarium.atRest();
  const haunted = await picture();
  await aquarium.button("Stop comparing").first().click();
  await expect(legend).toHaveCount(0);
  await expect.poll(picture).not.toBe(haunted);
  await aquarium.atRest();
  const plain = await picture();
  await aquarium.button("Compare with As it was").click();
  await expect.poll(picture).toBe(haunted);
  // The drawer may be closed: the outlines stay, and the button beside the branches ends it.
  await aquarium.button("Close the instruments").click();
  await expect(legend).toBeVisible();
  await aquarium.button("Stop comparing").click();
  await expect(legend).toHaveCount(0);
  expect(plain).not.toBe(haunted);
});

test("a comparison goes on with what is shown: another branch, the compared one itself, the network begun again", async ({ aquarium }) => {
  const comparison = await pulledAndCompared(aquarium);
  const names = () => comparison.getByRole("group", { name: /^(Here|There): / });
  await aquarium.pane("Runs");
  await goBack(aquarium);
  await aquarium.start("Echo", { From: "b", To: "a", Transport: "UDP" });
  await expect(names().first()).toHaveAccessibleName(/^Here: UDP echo/);
  await expect(names().last()).toHaveAccessibleName("There: As it was");
  await aquarium.playToTheEnd();
  await branch(aquarium, "As it was").click();
  await expect(names().first()).toHaveAccessibleName("Here: As it was");
  await expect(names().last()).toHaveAccessibleName(/^There: UDP echo/);
  await expect(comparison.getByRole("status")).toHaveText(/^First difference at/);
  await aquarium.openExample("Two hosts and a switch");
  await expect(aquarium.button("Stop comparing")).toHaveCount(0);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("two branches compared fit the width", async ({ page, aquarium }) => {
    const comparison = await pulledAndCompared(aquarium);
    const wider = (locator) => locator.evaluate((element) => element.scrollWidth - element.clientWidth);
    await expect(comparison.locator(".sequence-lanes")).toHaveCount(2);
    await expect.poll(() => wider(comparison.getByRole("listbox"))).toBe(0);
    expect(await wider(page.locator("html"))).toBe(0);
    await comparison.getByRole("button", { name: "Results", exact: true }).click();
    await expect(comparison.getByRole("table")).toBeVisible();
    expect(await wider(page.locator("html"))).toBe(0);
  });
});
