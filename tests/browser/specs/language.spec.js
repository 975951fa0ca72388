// The page's language: chosen by the browser, by hand, by the address; its texts, its numbers, and what happens when they do not load.
import { QUIET, expect, fragment, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const language = (page) => page.locator("html").getAttribute("lang");
const button = (page, name) => page.getByRole("button", { name, exact: true });
/** The faults without those of a file that a test has spoiled. */
const forget = (faults) => expect(faults.splice(0).filter((fault) => !/404|integrity|digest|Failed to load|ERR_FAILED|Failed to fetch|texts-/.test(fault))).toEqual([]);

test.describe("in a browser that is set to Spanish of Mexico", () => {
  test.use({ locale: "es-MX" });

  test("the page is Spanish: buttons, examples, numbers", async ({ page }) => {
    await page.goto("./");
    await expect(button(page, "Pausar")).toBeVisible(LONG);
    expect(await language(page)).toBe("es");
    await expect(button(page, "Compartir")).toBeVisible();
    await button(page, "Ejemplos").click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toHaveAccessibleName("Ejemplos y los tuyos");
    await expect(dialog.getByRole("heading", { name: "Primeros pasos" })).toBeVisible();
    const words = await dialog.innerText();
    for (const english of ["First steps", "Search", "Close", "Your own", " the ", " with "]) expect(words).not.toContain(english);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("timer"), "a decimal comma").toHaveText(/^\d+,\d{3}/);
  });

  test("the address can ask for another language", async ({ page }) => {
    await page.goto("./?lang=en");
    await expect(button(page, "Pause")).toBeVisible(LONG);
    expect(await language(page)).toBe("en");
  });
});

test("an English browser gets Spanish where the address asks for it, in an embedded page too", async ({ page }) => {
  await page.goto(`./?lang=es&embed#${fragment(QUIET)}`);
  await expect(button(page, "Reproducir")).toBeVisible(LONG);
  expect(await language(page)).toBe("es");
});

test("a language chosen by hand stays, and the experiment as well", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, title: "Mine" });
  await aquarium.start("Ping", { "Echo requests": "1" });
  await aquarium.playToTheEnd();
  const hash = await aquarium.hash.textContent();
  await button(page, "Help").click();
  await aquarium.dialog.getByLabel("Language").selectOption("Español");
  await expect(button(page, "Ayuda")).toBeVisible(LONG);
  await expect(page.getByRole("heading", { level: 2, name: "Mine" })).toBeVisible();
  await expect(aquarium.hash).toHaveText(hash);
  await page.goto("./");
  await expect(button(page, "Ayuda")).toBeVisible(LONG);
  await button(page, "Ayuda").click();
  await page.getByRole("dialog").getByLabel("Idioma").selectOption("English");
  await expect(button(page, "Help")).toBeVisible(LONG);
});

test("a language that the page does not have is English", async ({ page }) => {
  await page.goto("./?lang=tlh");
  await expect(button(page, "Pause")).toBeVisible(LONG);
  expect(await language(page)).toBe("en");
});

test("texts that do not load are reported, and a restart loads them", async ({ page, faults }) => {
  await page.route(/texts-en-first-/, (route) => route.fulfill({ status: 404, body: "not found" }));
  await page.goto("./");
  const crash = page.getByRole("alert");
  await expect(crash).toContainText("could not be loaded completely", LONG);
  await page.unroute(/texts-en-first-/);
  await crash.getByRole("link").click();
  await expect(button(page, "Pause")).toBeVisible(LONG);
  forget(faults);
});

test("texts of a part that do not load are reported by the part, and trying again loads both", async ({ page, aquarium, faults }) => {
  await page.route(/texts-en-later-/, (route) => route.fulfill({ status: 404, body: "not found" }));
  await aquarium.open();
  const panel = await aquarium.instrument("Packets");
  await expect(panel.getByRole("alert")).toContainText("could not be loaded", LONG);
  await page.unroute(/texts-en-later-/);
  await panel.getByRole("button", { name: "Try again" }).click();
  await expect(aquarium.packet(1)).toBeVisible(LONG);
  forget(faults);
});
