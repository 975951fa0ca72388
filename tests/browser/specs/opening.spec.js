// The first visit.
import { expect, test } from "../aquarium.js";

const EXAMPLES = {
  "Two hosts and a switch": ["Ping a → b", "TCP echo b → a", "iperf TCP a → b"],
  "Hub or switch: who receives your frames?": ["Ping a → b", "Ping d → e", "UDP echo a → e"],
  "A link that loses frames: TCP sends again": ["Ping client → server", "iperf TCP client → server"],
  "IPv4 and IPv6 on one cable": ["TCP echo b → a", "TCP echo IPv4 only → a"],
};

test("frames move by themselves after opening, and a sentence explains them", async ({ page, aquarium }) => {
  await page.goto("./");
  await page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length === 1);
  await expect(page).toHaveTitle("Two hosts and a switch · Packetarium");
  await expect(page.getByRole("heading", { level: 1, name: "Packetarium" })).toBeVisible();
  await aquarium.button("About").click();
  await expect(page.getByText("Host a pings host b. First a has to ask all hosts")).toBeVisible();
  const before = await aquarium.canvas.screenshot();
  await expect.poll(async () => before.equals(await aquarium.canvas.screenshot())).toBe(false);
});

test("the drawing has a pixel for each pixel of the screen", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ deviceScaleFactor: 2, viewport: { width: 1000, height: 700 } });
  const page = await context.newPage();
  await page.goto(baseURL);
  const sizes = () =>
    page.getByRole("img", { name: /^Drawing/ }).evaluate((canvas) => {
      const { width, height } = canvas.getBoundingClientRect();
      return { drawn: [canvas.width, canvas.height], shown: [Math.round(width * 2), Math.round(height * 2)] };
    });
  await expect.poll(async () => Math.abs((await sizes()).drawn[0] - (await sizes()).shown[0])).toBeLessThan(2);
  await page.setViewportSize({ width: 1200, height: 800 });
  await expect.poll(async () => Math.abs((await sizes()).drawn[1] - (await sizes()).shown[1])).toBeLessThan(2);
  await context.close();
});

for (const [title, runs] of Object.entries(EXAMPLES)) {
  test(`the example “${title}” can be opened, moves, and all its runs succeed`, async ({ page, aquarium }) => {
    await aquarium.open();
    await aquarium.openExample(title);
    const begun = await aquarium.time();
    await expect.poll(() => aquarium.time()).toBeGreaterThan(begun);
    await aquarium.playToTheEnd();
    for (const run of runs) await expect(aquarium.run(run)).toContainText("done");
    await expect(aquarium.results.getByText(/failed|stopped|under way/)).toHaveCount(0);
    await expect(page).toHaveTitle(`${title} · Packetarium`);
  });
}

test("when nothing is left to happen, the page suggests what to do next", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.openExample("A TCP connection, from hello to goodbye");
  const first = await aquarium.playToTheEnd();
  await aquarium.button("Watch again").click();
  await expect(aquarium.nothingMoves).toBeHidden();
  expect(await aquarium.playToTheEnd(), "it is the same history again").toBe(first);
  await aquarium.pane("Inspect");
  await aquarium.button("Start a run").click();
  await expect(aquarium.button("Start ping")).toBeFocused();
});

test("the help explains the page and its keys", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.button("Help").click();
  await expect(aquarium.dialog).toHaveAccessibleName("An aquarium for packets");
  await expect(aquarium.dialog.getByText("play or pause")).toBeVisible();
  await aquarium.dismiss();
  await expect(aquarium.dialog).toBeHidden();
});
