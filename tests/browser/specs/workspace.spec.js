// The page's layout: instruments open on request, and the layout is stored.
import { QUIET, expect, test } from "../aquarium.js";

const INSTRUMENTS = ["Packets", "Sequence", "Log"];
const body = (page, name) => page.getByRole("tabpanel", { name, exact: true });
const height = async (locator) => (await locator.boundingBox())?.height ?? 0;
const width = async (locator) => (await locator.boundingBox())?.width ?? 0;
const side = (page) => page.getByRole("complementary");

test("a first visitor sees the stage and no instrument; each opens with a click, and closes with another", async ({ page, aquarium }) => {
  await aquarium.open();
  const whole = await height(aquarium.canvas);
  for (const name of [...INSTRUMENTS, "Graphs"]) {
    await expect(page.getByRole("tab", { name, exact: true })).toBeVisible();
    await expect(body(page, name)).toBeHidden();
  }
  for (const name of INSTRUMENTS) {
    await page.getByRole("tab", { name, exact: true }).click();
    await expect(body(page, name)).toBeVisible();
    for (const other of INSTRUMENTS) if (other !== name) await expect(body(page, other)).toBeHidden();
    await expect(aquarium.canvas).toBeInViewport();
    expect(await height(aquarium.canvas)).toBeLessThan(whole);
  }
  await page.getByRole("tab", { name: "Log" }).click();
  await expect(body(page, "Log")).toBeHidden();
  await page.keyboard.press("Escape");
  await page.locator("body").press("i");
  await expect(body(page, "Packets")).toBeVisible();
  await aquarium.button("Close the instruments").click();
  await expect(body(page, "Packets")).toBeHidden();
  await expect.poll(() => height(aquarium.canvas)).toBe(whole);
});

test("the arrow keys move between tabs", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await page.getByRole("tab", { name: "Packets" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  await expect(body(page, "Sequence")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Sequence" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(body(page, "Console")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(body(page, "Packets")).toBeVisible();
});

test("dividers are moved with keys and with the mouse, within bounds, and survive a reload", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.instrument("Packets");
  const drawer = page.getByRole("separator", { name: "Height of the instruments" });
  const pane = page.getByRole("separator", { name: "Width of the side pane" });
  await expect.poll(() => height(body(page, "Packets"))).toBeGreaterThan(100);
  const before = await height(body(page, "Packets"));
  for (let press = 0; press < 3; press += 1) await drawer.press("ArrowUp");
  await expect.poll(() => height(body(page, "Packets"))).toBe(before + 72);
  await expect(drawer).toHaveAttribute("aria-valuenow", "360");
  for (let press = 0; press < 20; press += 1) await drawer.press("ArrowDown");
  await expect(drawer, "it does not disappear").toHaveAttribute("aria-valuenow", await drawer.getAttribute("aria-valuemin"));

  const drag = async (divider, x, y) => {
    const box = await divider.boundingBox();
    const [from_x, from_y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(from_x, from_y);
    await page.mouse.down();
    await page.mouse.move(from_x + x, from_y + y, { steps: 4 });
    await page.mouse.up();
  };
  const low = await height(body(page, "Packets"));
  await drag(drawer, 0, -120);
  await expect.poll(() => height(body(page, "Packets"))).toBeCloseTo(low + 120, -1);
  const narrow = await width(side(page));
  await drag(pane, -100, 0);
  await expect.poll(() => width(side(page))).toBeCloseTo(narrow + 100, -1);
  await pane.press("ArrowRight");
  await expect.poll(() => width(side(page))).toBeCloseTo(narrow + 76, -1);

  const [high, wide] = [await height(body(page, "Packets")), await width(side(page))];
  await aquarium.button("Projector").click();
  await page.reload();
  // For a projector the stage is alone; its controls come with a movement.
  await expect(aquarium.canvas).toBeVisible();
  await page.mouse.move(200, 200);
  await page.mouse.move(220, 210);
  await expect(aquarium.button("Projector")).toHaveAttribute("aria-pressed", "true");
  await aquarium.button("Projector").click();
  await aquarium.instrument("Packets");
  await aquarium.pane("Runs");
  // The instruments are loaded after the page, and take the place of a note about that.
  await expect.poll(() => height(body(page, "Packets"))).toBeCloseTo(high, 0);
  await expect.poll(() => width(side(page))).toBeCloseTo(wide, 0);
});

for (const [what, size] of Object.entries({ "a laptop": { width: 1366, height: 700 }, "a small window": { width: 1000, height: 620 } })) {
  test(`on ${what} an instrument covers neither the drawing nor the controls of time`, async ({ page, aquarium }) => {
    await page.setViewportSize(size);
    await aquarium.open();
    for (const name of INSTRUMENTS) {
      await aquarium.instrument(name);
      await expect(aquarium.canvas).toBeInViewport({ ratio: 0.9 });
      expect(await height(aquarium.canvas)).toBeGreaterThan(80);
      // Playwright refuses a click that another element would receive.
      // Below the flags of the chapters.
      await aquarium.timeline.click({ position: { x: 2, y: 20 }, trial: true });
      for (const button of ["Step back to the last event", "Start again from the beginning", "Live"]) await aquarium.button(button).click({ trial: true });
      await expect(body(page, name)).toBeInViewport({ ratio: 0.9 });
    }
  });
}

test("the side pane can be closed, stays closed and can be opened again", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  const before = await width(aquarium.canvas);
  await aquarium.button("Hide the side pane").click();
  await expect(side(page)).toBeHidden();
  await expect.poll(() => width(aquarium.canvas)).toBeGreaterThan(before + 200);
  await page.reload();
  await expect(aquarium.canvas).toBeVisible();
  await expect(side(page)).toBeHidden();
  await page.getByRole("tab", { name: "Inspect" }).click();
  await expect(body(page, "Inspect")).toBeVisible();
  await expect.poll(() => width(aquarium.canvas)).toBe(before);
  await page.getByRole("tab", { name: "Inspect" }).click();
  await expect(side(page), "the open tab closes its pane").toBeHidden();
});

const TALE = { ...QUIET, title: "A tale", description: "This network has a long tale to tell. ".repeat(12) };

test("a description is all there at a press, and takes nothing of the drawing; without one there is no button", async ({ page, aquarium }) => {
  await aquarium.open(TALE);
  const text = page.getByText("This network has a long tale");
  const about = page.getByRole("button", { name: /^(About|Less)$/ });
  await expect(about).toHaveAttribute("aria-expanded", "false");
  await expect(text).toBeHidden();
  const whole = await height(aquarium.canvas);
  await about.press("Enter");
  await expect(about).toHaveText("Less");
  await expect(about).toHaveAttribute("aria-expanded", "true");
  await expect(text).toBeInViewport({ ratio: 1 });
  expect(await text.evaluate((all) => all.scrollHeight - all.clientHeight)).toBeLessThanOrEqual(0);
  expect(await height(aquarium.canvas)).toBe(whole);
  await about.press("Enter");
  await expect(text).toBeHidden();
  await aquarium.open({ ...TALE, description: undefined });
  await expect(about).toHaveCount(0);
});

test("for a projector the stage is alone; controls come with a movement, cover no other place, and go again", async ({ page, aquarium }) => {
  await aquarium.open(TALE);
  await aquarium.button("Projector").click();
  await expect(side(page)).toBeHidden();
  await expect.poll(() => height(aquarium.canvas)).toBeGreaterThan(0.85 * 900);
  const whole = await height(aquarium.canvas);
  await expect(aquarium.button("Pause").or(aquarium.button("Play"))).toBeVisible();
  await aquarium.canvas.focus();
  await expect(page.getByRole("region", { name: "Time" }), "some seconds later").toBeHidden();
  await page.mouse.move(300, 300);
  await page.mouse.move(320, 310);
  await expect(page.getByRole("region", { name: "Time" })).toBeVisible();
  expect(await height(aquarium.canvas), "nothing jumps").toBe(whole);
  await aquarium.button("Projector").click();
  await expect(page.getByRole("banner")).toBeVisible();
  await expect.poll(() => height(aquarium.canvas)).toBeLessThan(whole);
});

test("for a projector the type is larger, and nothing sticks out", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.instrument("Packets");
  const size = () => page.getByRole("heading", { level: 2 }).first().evaluate((heading) => parseFloat(getComputedStyle(heading).fontSize));
  const before = await size();
  await aquarium.button("Projector").click();
  await expect.poll(size).toBeGreaterThan(before * 1.25);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
  await expect(aquarium.canvas).toBeInViewport({ ratio: 0.9 });
  await expect(aquarium.button("Pause")).toBeInViewport({ ratio: 1 });
  await aquarium.button("Projector").click();
  await expect.poll(size).toBe(before);
});
