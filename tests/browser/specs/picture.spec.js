// What the stage paints, read off its pixels: addresses on frames, and the examples' pictures.
import { HOME, expect, fragment, test } from "../aquarium.js";

test.use({ kept: { "packetarium.settings.1": "greeted=true" } });

/** The number of different colors on a canvas. */
const colors = (canvas) =>
  canvas.evaluate((canvas) => {
    if (canvas.width * canvas.height === 0) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

const picture = (aquarium) => aquarium.canvas.evaluate((canvas) => canvas.toDataURL());

test("frames say their addresses when a person wants it, by key and in the legend, and on the next visit", async ({ page, aquarium }) => {
  await aquarium.open(HOME, "3ms");
  await aquarium.atRest();
  const plain = await picture(aquarium);
  await page.keyboard.press("l");
  await expect.poll(() => picture(aquarium)).not.toBe(plain);
  await page.getByRole("button", { name: "Colors", exact: true }).click();
  const shown = page.getByRole("switch", { name: "Show addresses on frames" });
  await expect(shown).toBeChecked();
  await shown.uncheck();
  await expect.poll(() => picture(aquarium)).toBe(plain);
  await shown.check();
  await page.goto("about:blank");
  await page.goto(`./#${fragment(HOME)}&at=3ms`);
  await page.getByRole("button", { name: "Colors", exact: true }).click();
  await expect(shown).toBeChecked();
});

test("each example's picture is drawn by the stage when it comes into sight, in the colors of the page", async ({ page, aquarium }) => {
  await aquarium.open();
  const open = async () => {
    await aquarium.button("Examples").click();
    const pictures = aquarium.dialog.locator("canvas.thumbnail");
    const first = pictures.first();
    await expect.poll(() => colors(first)).toBeGreaterThan(20);
    const last = pictures.last();
    expect(await colors(last), "nothing is drawn before it is seen").toBeLessThan(2);
    await last.scrollIntoViewIfNeeded();
    await expect.poll(() => colors(last)).toBeGreaterThan(20);
    const ground = await first.evaluate((canvas) => [...canvas.getContext("2d").getImageData(1, 1, 1, 1).data]);
    await aquarium.dismiss();
    return ground;
  };
  const light = await open();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await open();
  expect(light[0]).toBeGreaterThan(200);
  expect(dark[0]).toBeLessThan(60);
});
