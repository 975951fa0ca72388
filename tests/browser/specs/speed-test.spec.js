// The wall-clock mode, and that the page stays usable however much the stacks have to do.
import { QUIET, expect, test } from "../aquarium.js";
import { longTasks } from "../long-tasks.js";

const start = async (aquarium, what) => {
  const pane = await aquarium.pane("Speed test");
  await pane.getByRole("radio", { name: what, exact: true }).check();
  await aquarium.button("Start the speed test").click();
  return pane;
};

for (const what of ["TCP", "Raw frames"]) {
  test(`${what}: as fast as this machine goes, in Gbit/s, while it lasts and when it is stopped`, async ({ aquarium, page }) => {
    await aquarium.open();
    const pane = await start(aquarium, what);
    await expect(page.getByText("The network waits while the speed test runs.")).toBeVisible();
    // It is a status once it is final.
    const rate = pane.getByRole("paragraph").or(pane.getByRole("status")).filter({ hasText: /^\d+(\.\d+)?\s[MG]bit\/s$/ });
    await expect(rate).toBeVisible();
    const plot = pane.getByRole("img", { name: /^Throughput over .* between .*bit\/s and .*bit\/s\.$/ });
    await expect(plot).toBeVisible();
    const early = await plot.getAttribute("aria-label");
    await expect(plot, "the plot lives").not.toHaveAttribute("aria-label", early);
    const stood = await aquarium.time();
    await aquarium.button("Stop").click();
    await expect(aquarium.button("Start the speed test")).toBeVisible();
    // A real stack in a tab does gigabits; a tenth of one is left for the slowest and busiest machine.
    const [, number, unit] = /^(\S+)\s([MG])/.exec(await rate.textContent());
    expect(Number(number) * (unit === "G" ? 1_000 : 1)).toBeGreaterThan(100);
    for (const name of ["Average", "Received", "Frames", "Per frame", "Gave way", "Longest slice"]) {
      await expect(aquarium.fact(pane, name)).toHaveText(/[1-9]/);
    }
    await expect.poll(() => aquarium.time(), "and the network goes on").toBeGreaterThan(stood);
  });
}

test("if asked to, it stops by itself after 1 GB", async ({ aquarium }) => {
  await aquarium.open(QUIET);
  const pane = await aquarium.pane("Speed test");
  await pane.getByRole("switch", { name: "Stop after 1 GB" }).click();
  await start(aquarium, "Raw frames");
  await expect(aquarium.button("Start the speed test")).toBeVisible({ timeout: 40_000 });
  await expect(aquarium.fact(pane, "Received")).toHaveText(/^1\.0\d\sGB$/);
});

test("no task is over 50 ms while the speed test runs without a bound", async ({ aquarium, page }) => {
  await aquarium.open();
  const pane = await start(aquarium, "TCP");
  await expect(pane.getByRole("img", { name: /^Throughput/ })).toBeVisible();
  const measured = await longTasks(page, async () => {
    // A person goes on using the page.
    await aquarium.button("Zoom in").click();
    await aquarium.button("Fit the network into view").click();
    await page.mouse.move(300, 400);
  });
  expect(measured).toEqual([]);
  await aquarium.button("Stop").click();
});

test("no task is over 50 ms while an iperf runs in the network, at full speed", async ({ aquarium, page }) => {
  await aquarium.open(QUIET);
  await aquarium.atFullSpeed();
  await aquarium.start("iperf", { Send: "for so long", "How long": "600" });
  await expect(aquarium.run("iperf TCP a → b").getByRole("img", { name: /^Throughput/ })).toBeVisible();
  const measured = await longTasks(page, async () => {
    await aquarium.button("Zoom in").click();
    await aquarium.button("Fit the network into view").click();
    await page.mouse.move(300, 400);
  });
  expect(measured).toEqual([]);
});

test("a page that blocks is found out", async ({ aquarium, page }) => {
  await aquarium.open(QUIET);
  const block = () =>
    page.evaluate(
      () =>
        new Promise((resolve) =>
          setTimeout(() => {
            const until = performance.now() + 150;
            while (performance.now() < until);
            resolve();
          }),
        ),
    );
  const measured = await longTasks(page, block);
  expect(measured.length).toBeGreaterThan(0);
});
