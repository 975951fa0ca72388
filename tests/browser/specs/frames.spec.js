// How the page plans its animation frames, by its own counters (docs/FRAMES.md). On the machine's clock: however slow and busy it
// is, frames are planned by the same rule. pace.spec.js counts the work itself.
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

test("frames are planned within two periods of the display, and every part has its turn", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ iperf: { from: "a", to: "b", seconds: 600, interval: "100ms" } }] });
  await aquarium.atFullSpeed();
  await aquarium.pane("Runs");
  await expect(aquarium.run("iperf TCP a → b").getByRole("img", { name: /^Throughput/ })).toBeVisible(LONG);
  const frames = () => page.evaluate(() => window.packetariumFrames());
  // The trace is the last to have its turn: on a busy machine it may come after the throughput is drawn.
  await expect.poll(async () => (await frames()).trace.ran, LONG).toBeGreaterThan(0);
  const counters = await frames();
  expect(counters.longestSharedPlanMs).toBeLessThanOrEqual(2_000 / 60);
  for (const slice of ["world", "trace"]) {
    expect(counters[slice].ran, slice).toBeGreaterThan(0);
    expect(counters[slice].leastAllowedMs, slice).toBeGreaterThanOrEqual(counters[slice].leastMs);
  }
  for (const part of ["stage", "timeline", "panels"]) expect(counters[part].done, part).toBeGreaterThan(0);
});
