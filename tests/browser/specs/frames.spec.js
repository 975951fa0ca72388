// How the page shares out the time of an animation frame (docs/FRAMES.md), by its own counters. They count what was allowed,
// done and deferred, so that the claims hold on every machine.
import { QUIET, expect, test } from "../aquarium.js";

const BUSY = { ...QUIET, runs: [{ iperf: { from: "a", to: "b", seconds: 600, interval: "100ms" } }] };
const PARTS = ["stage", "timeline", "panels"];

const counters = (page) => page.evaluate(() => packetariumFrames());

/** Waits until this many more animation frames have passed, and returns the counters. */
async function after(page, frames) {
  const { frames: begin } = await counters(page);
  await page.waitForFunction((end) => packetariumFrames().frames >= end, begin + frames);
  return counters(page);
}

function expectTheRule(counted) {
  expect(counted.longestSharedPlanMs).toBeLessThanOrEqual(counted.limitMs);
  expect(counted.world.leastAllowedMs).toBeGreaterThanOrEqual(counted.world.leastMs);
  for (const part of PARTS) {
    expect(counted[part].done, `${part}: done`).toBeGreaterThan(0);
    expect(counted[part].longestWait, `${part}: frames in a row without it`).toBeLessThanOrEqual(counted[part].waitsAtMost);
  }
}

test("each part of the page is done, and none waits for longer than it may", async ({ aquarium, page }) => {
  await aquarium.open(BUSY);
  await aquarium.atFullSpeed();
  expectTheRule(await after(page, 120));
});

test("where each part is dear, parts wait for later frames, and time and panels go on", async ({ aquarium, page }) => {
  // On this clock each look takes 12 ms, so that no two parts of the page fit into a frame.
  await page.addInitScript(() => {
    let now = 0;
    performance.now = () => (now += 12);
  });
  await aquarium.open(BUSY);
  await aquarium.atFullSpeed();
  const before = await aquarium.time();
  const counted = await after(page, 120);
  expectTheRule(counted);
  expect(counted.timeline.deferred).toBeGreaterThan(0);
  expect(counted.panels.deferred).toBeGreaterThan(0);
  await expect.poll(() => aquarium.time(), "time goes on").toBeGreaterThan(before);
});
