// The speed test: the stacks at the speed of this machine, without virtual time. That it leaves the page its share is tested in
// pace.spec.js.
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const start = async (aquarium, what) => {
  const pane = await aquarium.pane("Speed test");
  await pane.getByRole("radio", { name: what, exact: true }).check();
  await aquarium.button("Start the speed test").click();
  return pane;
};

for (const what of ["TCP", "Raw frames"]) {
  test(`${what}: the throughput of this machine is shown during the test and after its end`, async ({ aquarium, page }) => {
    await aquarium.open();
    const pane = await start(aquarium, what);
    await expect(page.getByText("The network waits while the speed test runs.")).toBeVisible();
    // Its role is status once it is final.
    const rate = pane.getByRole("paragraph").or(pane.getByRole("status")).filter({ hasText: /^\d+(\.\d+)?\s[kMG]bit\/s$/ });
    await expect(rate).toBeVisible();
    const plot = pane.getByRole("img", { name: /^Throughput over .* between .*bit\/s and .*bit\/s\.$/ });
    await expect(plot).toBeVisible();
    const early = await plot.getAttribute("aria-label");
    await expect(plot, "the plot grows").not.toHaveAttribute("aria-label", early);
    const stood = await aquarium.time();
    await aquarium.button("Stop").click();
    await expect(aquarium.button("Start the speed test")).toBeVisible();
    // How fast that is, `cargo xtask bench` measures.
    await expect(rate).toHaveText(/[1-9]/);
    for (const name of ["Average", "Received", "Frames", "Per frame", "Yields", "Longest slice"]) {
      await expect(aquarium.fact(pane, name)).toHaveText(/[1-9]/);
    }
    await expect.poll(() => aquarium.time(), "and the network goes on").toBeGreaterThan(stood);
  });
}

test("with its switch on, it stops by itself after 1 GB", async ({ aquarium }) => {
  await aquarium.open(QUIET);
  const pane = await aquarium.pane("Speed test");
  await pane.getByRole("switch", { name: "Stop after 1 GB" }).click();
  await start(aquarium, "Raw frames");
  await expect(aquarium.button("Start the speed test")).toBeVisible(LONG);
  await expect(aquarium.fact(pane, "Received")).toHaveText(/^1\.0\d\sGB$/);
});
