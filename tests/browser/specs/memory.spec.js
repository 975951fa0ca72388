// What nodes remember, as tables that stay beside them on the stage.
import { HOME, QUIET, expect, test } from "../aquarium.js";
import { violations } from "../axe.js";

test.use({ kept: { "packetarium.settings.1": "greeted=true" } });

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] };
const table = (page, name) => page.getByRole("region", { name, exact: true });
const rows = (card) => card.getByRole("row").filter({ has: card.page().getByRole("rowheader") });

/** Selects a node in the Inspect pane's list, closes the pane, and returns the node's card. */
async function select(page, aquarium, name) {
  await aquarium.pane("Inspect");
  const all = page.getByRole("button", { name: "← All nodes and links" });
  if (await all.isVisible()) await all.click();
  await aquarium.inspector.getByRole("button", { name: new RegExp(`^(Host|Switch|Router) ?${name}\\b`) }).click();
  await aquarium.button("Hide the side pane").click();
  return page.getByRole("group", { name, exact: true });
}

/** The element's corners are inside of the canvas, so that it covers no control of time. */
async function isOnCanvas(aquarium, card) {
  const [stage, box] = [await aquarium.canvas.boundingBox(), await card.boundingBox()];
  expect(box.y + box.height, "above the transport").toBeLessThanOrEqual(stage.y + stage.height + 0.5);
  expect(box.x).toBeGreaterThanOrEqual(stage.x - 0.5);
  expect(box.x + box.width).toBeLessThanOrEqual(stage.x + stage.width + 0.5);
}

test("a switch's table stays beside it, fills as frames pass, and empties when time goes back", async ({ page, aquarium }) => {
  await aquarium.open(PINGING, "0s");
  const card = await select(page, aquarium, "s");
  await card.getByRole("button", { name: "MAC table" }).click();
  const macs = table(page, "MAC table of s");
  await expect(macs).toContainText("Empty: no frame has arrived yet.");
  await card.getByRole("button", { name: "Close the card" }).click();
  await expect(macs, "it stays").toBeVisible();
  await aquarium.button("Play").click();
  await expect(rows(macs).first()).toHaveClass(/fresh/);
  await aquarium.atFullSpeed();
  await expect(rows(macs)).toHaveCount(2);
  await expect(macs.getByRole("columnheader")).toHaveText(["MAC address", "Port", "Learned"]);
  await expect(rows(macs).first(), "it ages").toContainText(/\ss ago/);
  await expect(rows(macs).first()).not.toHaveClass(/fresh/);
  await isOnCanvas(aquarium, macs);
  await aquarium.timeline.focus();
  await page.keyboard.press("Home");
  await expect(macs).toContainText("Empty: no frame has arrived yet.");
  await macs.getByRole("button", { name: "Close MAC table of s" }).click();
  await expect(macs).toBeHidden();
});

test("by keyboard: t opens and closes the selected node's table, Escape closes the one with the focus", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const card = await select(page, aquarium, "a");
  await aquarium.canvas.focus();
  await page.keyboard.press("t");
  const neighbors = table(page, "Neighbors of a");
  await expect(neighbors).toBeVisible();
  await page.keyboard.press("t");
  await expect(neighbors).toBeHidden();
  await card.getByRole("button", { name: "Sockets" }).press("Enter");
  const sockets = table(page, "Sockets of a");
  await sockets.getByRole("button", { name: "Close Sockets of a" }).focus();
  await page.keyboard.press("Escape");
  await expect(sockets).toBeHidden();
  await expect(card, "the node is selected as before").toBeVisible();
  await expect(aquarium.canvas).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await expect(page.getByText("Select a node first")).toBeVisible();
});

test("several tables keep clear of each other, follow the drawing, and are readable to assistive technology", async ({ page, aquarium }) => {
  await aquarium.open(HOME);
  for (const [node, names] of [["home", ["Routes", "Translations"]], ["inside", ["Neighbors"]]]) {
    const card = await select(page, aquarium, node);
    for (const name of names) await card.getByRole("button", { name, exact: true }).click();
    await card.getByRole("button", { name: "Close the card" }).click();
  }
  await aquarium.atFullSpeed();
  const all = ["Routes of home", "Translations of home", "Neighbors of inside"].map((name) => table(page, name));
  await expect(rows(all[1]).first()).toContainText("192.168.1.10");
  await expect(aquarium.nothingMoves).toBeVisible();
  await aquarium.atRest();
  const boxes = await Promise.all(all.map((card) => card.boundingBox()));
  for (const [n, a] of boxes.entries()) {
    await isOnCanvas(aquarium, all[n]);
    for (const b of boxes.slice(n + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart, JSON.stringify(boxes)).toBe(true);
    }
  }
  await aquarium.canvas.focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(async () => (await all[2].boundingBox()).y).not.toBe(boxes[2].y);
  expect(await violations(page)).toEqual([]);
});

test("another scenario has no tables of this one", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const card = await select(page, aquarium, "s");
  await card.getByRole("button", { name: "MAC table" }).click();
  await expect(table(page, "MAC table of s")).toBeVisible();
  await aquarium.openExample("Two hosts and a switch");
  await expect(page.getByRole("region", { name: / of s$/ })).toBeHidden();
});

for (const [width, height] of [[390, 844], [844, 390], [1366, 768]]) {
  test(`at ${width}x${height} the tables leave transport and buttons free`, async ({ page, aquarium }) => {
    await page.setViewportSize({ width, height });
    await aquarium.open(PINGING);
    const card = await select(page, aquarium, "s");
    await card.getByRole("button", { name: "MAC table" }).click();
    await card.getByRole("button", { name: "Close the card" }).click();
    const macs = table(page, "MAC table of s");
    await isOnCanvas(aquarium, macs);
    for (const name of ["Play", "Pause"]) {
      const button = aquarium.button(name);
      if (await button.isVisible()) await button.click();
    }
    await macs.getByRole("button", { name: "Close MAC table of s" }).click();
    await expect(macs).toBeHidden();
  });
}
