// The stage is a place to act: hosts are pressed to send, cables to be pulled or slowed down, and what failed says why.
import { QUIET, expect, test } from "../aquarium.js";

// In one row, so that all of it is found along the middle of the drawing.
const ROW = {
  packetarium: 1,
  title: "In a row",
  seed: 3,
  nodes: [
    { id: "a", kind: "host", at: [100, 200], addresses: ["10.0.0.1/24"] },
    { id: "s", kind: "switch", at: [400, 200] },
    { id: "b", kind: "host", at: [700, 200], addresses: ["10.0.0.2/24"] },
  ],
  links: [{ ends: ["a", "s"] }, { ends: ["s", "b"] }],
};

const card = (page, name) => page.getByRole("group", { name, exact: true });

/** Presses along the middle of the drawing, and a little above it, until a card of this name is there; returns where that was. */
async function press(page, aquarium, name) {
  const { x, y, width, height } = await aquarium.canvas.boundingBox();
  for (const above of [0, 16, 32, 48]) {
    for (let along = 30; along < width; along += 30) {
      const at = [x + along, y + height / 2 - above];
      await page.mouse.click(...at);
      if (await card(page, name).isVisible()) return at;
    }
  }
  throw new Error(`there is no ${name}`);
}

test.use({ kept: { "packetarium.settings.1": "greeted=true" } });

test.beforeEach(async ({ aquarium }) => {
  await aquarium.open(ROW);
  await aquarium.atRest();
});

test("a ping is started by pressing one host, then the other, and the drawing keeps its room", async ({ page, aquarium }) => {
  const { width } = await aquarium.canvas.boundingBox();
  const b = await press(page, aquarium, "b");
  await press(page, aquarium, "a");
  await expect(card(page, "b"), "one card at a time").toBeHidden();
  await card(page, "a").getByRole("button", { name: "Ping", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Ping from a: press the other host." })).toBeVisible();
  await page.mouse.click(...b);
  expect((await aquarium.canvas.boundingBox()).width).toBe(width);
  await aquarium.pane("Runs");
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
});

test("a press beside everything, Cancel, and the cross start nothing", async ({ page, aquarium }) => {
  const [x, y] = await press(page, aquarium, "a");
  const ping = card(page, "a").getByRole("button", { name: "Ping", exact: true });
  await ping.click();
  await card(page, "a").getByRole("button", { name: "Cancel" }).click();
  await ping.click();
  await page.mouse.click(x + 400, y - 200);
  await expect(card(page, "a")).toBeHidden();
  await page.mouse.click(x, y);
  await card(page, "a").getByRole("button", { name: "Close the card" }).click();
  await expect(card(page, "a")).toBeHidden();
  await aquarium.pane("Runs");
  await expect(aquarium.results.getByRole("article")).toHaveCount(0);
});

test("a line drawn from one host to the other asks what is sent", async ({ page, aquarium }) => {
  const a = await press(page, aquarium, "a");
  const b = await press(page, aquarium, "b");
  await page.mouse.move(...b);
  await page.mouse.down();
  await page.mouse.move(...a, { steps: 6 });
  await page.mouse.up();
  await expect(card(page, "b")).toContainText("Start from b to a:");
  await card(page, "b").getByRole("button", { name: "Echo" }).click();
  await aquarium.pane("Runs");
  await aquarium.atFullSpeed();
  await expect(aquarium.run("TCP echo b → a")).toContainText("done");
});

test("the line that is drawn follows the pointer all over the stage, and is gone when it is let go", async ({ page, aquarium }) => {
  const [x, y] = await press(page, aquarium, "a");
  await card(page, "a").getByRole("button", { name: "Close the card" }).click();
  const box = await aquarium.canvas.boundingBox();
  const to = [x + 120, y - 260];
  // The colors of a square around the middle between the host and the pointer, where there is nothing but water.
  const middle = [(x + to[0]) / 2 - box.x, (y + to[1]) / 2 - box.y];
  const colors = () => aquarium.canvas.evaluate((canvas, [x, y]) => String(canvas.getContext("2d").getImageData(x - 20, y - 20, 40, 40).data), middle);
  await page.mouse.move(5, 5);
  await aquarium.atRest();
  const before = await colors();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 8 });
  await expect.poll(async () => (await colors()) === before, "the line is there").toBe(false);
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect.poll(async () => (await colors()) === before, "the line is gone").toBe(true);
});

test("a cable is pulled and plugged in, slowed down and made to lose; a ping over it says why it failed", async ({ page, aquarium }) => {
  const b = await press(page, aquarium, "b");
  await press(page, aquarium, "a – s");
  const cable = card(page, "a – s");
  for (const [press, then] of [["100 ms more delay", "100 ms less delay"], ["Lose 10 %", "Lose nothing"], ["Pull", "Plug in"]]) {
    await cable.getByRole("button", { name: press }).click();
    await expect(cable.getByRole("button", { name: then })).toBeVisible();
  }
  await press(page, aquarium, "a");
  await card(page, "a").getByRole("button", { name: "Ping", exact: true }).click();
  await page.mouse.click(...b);
  await aquarium.atFullSpeed();
  await card(page, "a").getByRole("button", { name: "Close the card" }).click();
  const mark = page.getByRole("button", { name: "Why did Ping a → b fail?" });
  await mark.click();
  await expect(card(page, "a")).toContainText("Ping a → b failed:");
  await expect(card(page, "a")).toContainText(/The link between "a" and "s" lost all .* \(link down\)/);
  await card(page, "a").getByRole("button", { name: "Show where" }).click();
  await expect(cable.getByRole("button", { name: "Plug in" })).toBeVisible();
  await cable.getByRole("button", { name: "Close the card" }).click();
  await mark.click();
  await card(page, "a").getByRole("button", { name: "Plug the cable in" }).click();
  await card(page, "a").getByRole("button", { name: "Close the card" }).click();
  await press(page, aquarium, "a – s");
  await expect(cable.getByRole("button", { name: "Pull", exact: true })).toBeVisible();
});

test.describe("a first visit", () => {
  test.use({ kept: {} });

  test("greets with one sentence and one thing to press, once", async ({ page, aquarium }) => {
    await page.goto("about:blank");
    await aquarium.open();
    const send = page.getByRole("button", { name: "Send a message from a" });
    await expect(page.getByText("Welcome! This is a small network,")).toBeVisible();
    await send.click();
    await expect(send).toBeHidden();
    await expect(card(page, "a").getByRole("button", { name: "Ping", exact: true })).toBeVisible();
    await page.reload();
    await expect(aquarium.timer).toHaveText(/^\d/);
    await expect(send).toBeHidden();
  });

  test("a scenario that the address names is not greeted over", async ({ page, aquarium }) => {
    await aquarium.open(QUIET);
    await expect(page.getByText("Welcome!")).toBeHidden();
  });
});
