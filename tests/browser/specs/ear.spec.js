// The page for the ear: the stage in words, and frames that sound.
import { QUIET, expect, test } from "../aquarium.js";

const PINGS = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 100 } }] };

test("the stage in words: what there is, how it is connected, and what is under way where time stands still", async ({ page, aquarium }) => {
  await aquarium.open(PINGS, "500us");
  const words = page.getByRole("region", { name: "The stage in words" });
  await expect(words).toContainText("A quiet network: 3 hosts and 1 switch.");
  await expect(words.getByRole("listitem").first()).toHaveText("a, a host, 10.0.0.1, fd00::1. Cables to s.");
  await expect(words).toContainText(/Time stands still at 0\.000\s500 s\./);
  await expect(words.getByRole("heading", { name: "Frames under way" })).toBeAttached();
  await expect(words).toContainText("ARP who-has from a to s");
  await aquarium.button("Play").click();
  await expect(words).toContainText("Time passes.");
  await expect(words.getByRole("heading", { name: "Frames under way" })).not.toBeAttached();
});

test("frames sound if a person wants that, also after a reload, and are silent again", async ({ page, aquarium }) => {
  await page.addInitScript(() => {
    window.notes = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.notes.push(this.frequency.value);
      return start.apply(this, when);
    };
  });
  const notes = () => page.evaluate(() => window.notes.length);
  const sounds = async (checked) => {
    await aquarium.button("Help").click();
    await aquarium.dialog.getByRole("switch", { name: /^Sounds/ }).setChecked(checked);
    await aquarium.dismiss();
  };
  await aquarium.open(PINGS);
  await expect.poll(async () => aquarium.time()).toBeGreaterThan(0.001);
  expect(await notes()).toBe(0);
  await sounds(true);
  await expect.poll(notes).toBeGreaterThan(0);
  await page.reload();
  await expect(aquarium.timer).toHaveText(/^\d/);
  // A browser lets a page sound only after a person has done something in it.
  await page.keyboard.press("f");
  await expect.poll(notes).toBeGreaterThan(0);
  await sounds(false);
  const before = await notes();
  const time = await aquarium.time();
  await expect.poll(async () => aquarium.time()).toBeGreaterThan(time + 0.002);
  expect(await notes()).toBe(before);
});
