// The page's pace: that it divides its work over animation frames, and that virtual time passes at the speed that was chosen.
// By a clock that counts work (counted-clock.js), so that the claims hold on every machine.
import { QUIET, expect, test } from "../aquarium.js";
import { FRAME_MS, expectDivided, frames, install } from "../counted-clock.js";
import { LONG } from "../patience.js";

test.beforeEach(async ({ page }) => install(page));

/** Uses the page as a person does in the meantime. */
const use = (page, aquarium) => async () => {
  await aquarium.button("Zoom in").click();
  await aquarium.button("Fit the network into view").click();
  await page.mouse.move(300, 400);
};

test("an iperf at full speed is divided over animation frames", async ({ aquarium, page }) => {
  await aquarium.open({
    ...QUIET,
    nodes: ["a", "b"].map((id, n) => ({ id, kind: "host", addresses: [`10.0.0.${n + 1}/24`] })),
    links: [{ ends: ["a", "b"], rate: "1Gbps" }],
    runs: [{ iperf: { from: "a", to: "b", seconds: 600, interval: "100ms" } }],
  });
  await aquarium.atFullSpeed();
  await aquarium.pane("Runs");
  await expect(aquarium.run("iperf TCP a → b").getByRole("img", { name: /^Throughput/ })).toBeVisible(LONG);
  const taken = await frames(page, 60, use(page, aquarium));
  expectDivided(taken, 5);
  await expect(aquarium.run("iperf TCP a → b")).toContainText("under way");
});

test("the speed test without a bound is divided over animation frames", async ({ aquarium, page }) => {
  await aquarium.open();
  const pane = await aquarium.pane("Speed test");
  await pane.getByRole("radio", { name: "TCP", exact: true }).check();
  await aquarium.button("Start the speed test").click();
  await expect(pane.getByRole("img", { name: /^Throughput/ })).toBeVisible(LONG);
  const taken = await frames(page, 60, use(page, aquarium));
  expectDivided(taken, 5);
  await aquarium.button("Stop").click();
});

test("a page that works on past its budget is found out", async ({ aquarium, page }) => {
  await aquarium.open(QUIET);
  const work = () =>
    page.evaluate(() => {
      const until = performance.now() + 50;
      while (performance.now() < until);
    });
  const taken = await frames(page, 10, work);
  expect(() => expectDivided(taken, 0)).toThrow(/the longest frame/);
});

test("at a thousandth of the speed, a thousandth of the time passes", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 600 } }] });
  await aquarium.timeSettings();
  await aquarium.skipQuiet.click();
  /** Virtual seconds per second of the animation frames' clock, over a number of frames. */
  const rate = (frames) =>
    page.evaluate(
      (frames) =>
        new Promise((resolve) => {
          const clock = document.querySelector("[role=timer]");
          const read = () => Number(clock.textContent.replace(/\s/g, ""));
          let first;
          let seen = 0;
          const look = (now) => {
            first ??= { now, time: read() };
            if ((seen += 1) <= frames) requestAnimationFrame(look);
            else resolve((read() - first.time) / ((now - first.now) / 1_000));
          };
          requestAnimationFrame(look);
        }),
      frames,
    );
  await aquarium.speed.fill("9");
  await expect.poll(() => rate(30)).toBeCloseTo(0.001, 4);
  await aquarium.speed.fill("18");
  await expect.poll(() => rate(30)).toBeCloseTo(1, 1);
});

for (const [reducedMotion, claim] of [
  ["no-preference", "a step glides"],
  ["reduce", "a step jumps, and nothing else is animated"],
]) {
  test(`${reducedMotion}: ${claim}`, async ({ page, aquarium }) => {
    await page.emulateMedia({ reducedMotion });
    await aquarium.open({ ...QUIET, runs: [{ at: "1s", ping: { from: "a", to: "b" } }] });
    await aquarium.timeSettings();
    await aquarium.skipQuiet.click();
    // With less motion it has not begun by itself.
    if (reducedMotion === "reduce") await expect(aquarium.timer).toHaveText(/^0\.000\s000$/);
    else await aquarium.button("Pause").click();
    await expect(aquarium.button("Play")).toBeVisible();
    /** The different times that a step shows on its way to the next event, in the animation frames of a second. */
    const shown = await page.evaluate(
      (frames) =>
        new Promise((resolve) => {
          const clock = document.querySelector("[role=timer]");
          const times = new Set([clock.textContent]);
          document.querySelector("[aria-label^='Step to']").click();
          let seen = 0;
          const look = () => {
            times.add(clock.textContent);
            if ((seen += 1) < frames) requestAnimationFrame(look);
            else resolve(times.size);
          };
          requestAnimationFrame(look);
        }),
      Math.round(1_000 / FRAME_MS),
    );
    if (reducedMotion === "reduce") {
      expect(shown).toBe(2);
      await aquarium.button("Examples").click();
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    } else {
      expect(shown).toBeGreaterThan(3);
    }
  });
}
