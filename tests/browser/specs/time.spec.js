// Virtual time: paused, stepped and sped up.
import { QUIET, expect, test } from "../aquarium.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 3 } }] };

test("paused, nothing moves; played, time goes on from there", async ({ aquarium }) => {
  await aquarium.open();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(0);
  await aquarium.button("Pause").click();
  const stopped = await aquarium.time();
  // The camera may still be on its way; then two pictures in a row are the same, and stay so.
  await expect.poll(async () => (await aquarium.canvas.screenshot()).equals(await aquarium.canvas.screenshot())).toBe(true);
  expect(await aquarium.time()).toBe(stopped);
  await aquarium.button("Play").click();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(stopped);
});

test("each step goes to the next event and stops there", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.button("Pause").click();
  await aquarium.button("Start again from the beginning").click();
  await aquarium.button("Pause").click();
  let before = await aquarium.time();
  for (let step = 0; step < 3; step += 1) {
    await aquarium.button("Step to the next event").click();
    await expect.poll(() => aquarium.time()).toBeGreaterThan(before);
    await expect(aquarium.button("Play")).toBeVisible();
    let last;
    await expect.poll(async () => last === (last = await aquarium.time()), "the step arrives").toBe(true);
    before = last;
  }
  await expect(page.getByText("paused", { exact: true })).toBeVisible();
});

test("the speed goes from a microsecond to a second per second", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.timeSettings();
  await expect(aquarium.automaticSpeed).toBeChecked();
  await aquarium.speed.press("Home");
  await expect(page.getByText(/^1\s+µs\s+per\s+second$/)).toBeVisible();
  await expect(aquarium.automaticSpeed, "a speed that was set by hand stays").not.toBeChecked();
  await aquarium.speed.press("ArrowRight");
  await expect(page.getByText(/^2\s+µs\s+per\s+second$/)).toBeVisible();
  await aquarium.speed.press("End");
  await expect(page.getByText(/^1\s+s\s+per\s+second$/)).toBeVisible();
  await aquarium.automaticSpeed.click();
  await expect(aquarium.automaticSpeed).toBeChecked();
  await expect(page.getByText(/^1\s+ms\s+per\s+second$/), "a LAN of 1 ms is watched at 1 ms per second").toBeVisible();
});

test("quiet time is skipped with a notice, and not skipped if that is switched off", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const reply = (number) => aquarium.run("Ping a → b").getByText(`Reply ${number}`);
  const skipped = page.getByText(/^Skipped .+ of quiet$/);
  await aquarium.speed.fill("15");
  await expect(skipped).toBeVisible();
  await expect(reply(3)).toBeVisible();
  await aquarium.timeSettings();
  await aquarium.skipQuiet.click();
  await expect(aquarium.skipQuiet).not.toBeChecked();
  await expect(skipped).toBeHidden();
  await aquarium.button("Start again from the beginning").click();
  await aquarium.atFullSpeed();
  await expect(reply(2)).toBeHidden();
  await expect(skipped.or(reply(3)).first(), "all of the time passes").toHaveText(/^Reply 3/);
});
