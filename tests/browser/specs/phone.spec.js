// On a phone: 390 pixels wide, with touch.
import { expect, openTab, QUIET, test } from "../aquarium.js";
import { violations } from "../axe.js";

const INSTRUMENTS = ["Packets", "Sequence", "Log", "Console"];
const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] };

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("everything fits into the width, in every pane", async ({ page, aquarium }) => {
  await aquarium.open();
  await page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length > 0);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  for (const pane of ["Runs", "Inspect", "Speed test", "Document"]) {
    await aquarium.pane(pane);
    expect(await overflow(page), pane).toBeLessThanOrEqual(0);
  }
  for (const dialog of ["Examples", "Share", "Help"]) {
    await aquarium.button(dialog).tap();
    await expect(aquarium.dialog).toBeInViewport();
    expect(await overflow(page), dialog).toBeLessThanOrEqual(0);
    await aquarium.button("Close").tap();
  }
});

test("drawing, play and time are in view without scrolling", async ({ page, aquarium }) => {
  await aquarium.open();
  await expect(aquarium.canvas).toBeInViewport({ ratio: 0.9 });
  await expect(aquarium.button("Pause")).toBeInViewport({ ratio: 1 });
  await expect(aquarium.timer).toBeInViewport({ ratio: 1 });
});

test("a run is started with fingers, and its results appear", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.timeSettings();
  await aquarium.speed.fill("18");
  await aquarium.timeSettings(false);
  await aquarium.button("Start a run").tap();
  const form = page.getByRole("form", { name: "Start a run" });
  await form.getByRole("radio", { name: "Echo" }).tap();
  await form.getByRole("button", { name: "Start echo" }).tap();
  await expect(aquarium.run("TCP echo a → b")).toContainText("← Hello, aquarium!");
});

test("a switch is asked with fingers, and one of its ports set off", async ({ page, aquarium }) => {
  await aquarium.open({ ...PINGING, runs: [{ ping: { from: "a", to: "b", count: 30 } }] });
  await openTab(page, "Console");
  await page.getByRole("combobox", { name: "Node", exact: true }).selectOption("s");
  const output = page.getByRole("log", { name: "Console of s" });
  const line = page.getByRole("textbox", { name: "Command on s", exact: true });
  const type = async (text) => {
    await line.tap();
    await line.fill(text);
    await aquarium.button("Enter").tap();
  };
  await expect(async () => {
    await type("show mac");
    await expect(output).toContainText("DYNAMIC     Gi0/1", { timeout: 2_000 });
  }).toPass();
  await type("set port 0 off");
  await type("show interfaces");
  await expect(output).toContainText("admin down 9216  a");
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("a command is typed with fingers, brought back and stopped", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await openTab(page, "Console");
  await page.getByRole("combobox", { name: "Node", exact: true }).selectOption("a");
  const output = page.getByRole("log", { name: "Console of a" });
  const line = page.getByRole("textbox", { name: "Command on a", exact: true });
  // While a command runs, what the line is for stands above it.
  expect((await output.boundingBox()).height, "there is room for output").toBeGreaterThan(60);
  const head = page.getByRole("group", { name: "Program" }).locator("..");
  await line.tap();
  await line.pressSequentially("pi");
  await aquarium.button("Complete (Tab)").tap();
  await expect(line).toHaveValue("ping ");
  await line.pressSequentially("10.0.0.2");
  await aquarium.button("Enter").tap();
  await expect(output).toContainText("a$ ping 10.0.0.2");
  await expect(head).toContainText("What you type goes to ping.");
  expect((await head.boundingBox()).height, "the console's head takes two lines").toBeLessThan(120);
  expect((await output.boundingBox()).height, "there is room for output").toBeGreaterThan(60);
  await aquarium.button("Stop").tap();
  await expect(output).toContainText("^C");
  await aquarium.button("Line before").tap();
  await expect(line).toHaveValue("ping 10.0.0.2");
  await expect(line).toBeInViewport({ ratio: 1 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test("a tap on the drawing selects the node there", async ({ page, aquarium }) => {
  await aquarium.open();
  const { width, height } = await aquarium.canvas.boundingBox();
  await aquarium.canvas.tap({ position: { x: width / 2, y: height / 2 } });
  const inspect = page.getByRole("button", { name: /^Inspect / });
  await inspect.tap();
  await expect(aquarium.inspector.getByText(/^(Switch|Frame|Link|Host)$/)).toBeInViewport();
});

test("every control is large enough for a finger", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  for (const pane of ["Runs", "Inspect", "Speed test", "Document", ...INSTRUMENTS]) {
    await openTab(page, pane);
    const small = await page.evaluate(() => {
      const controls = [...document.querySelectorAll("button, select, input, summary, a[href]")];
      const target = (control) => control.closest("label") ?? control;
      const size = (control) => target(control).getBoundingClientRect();
      return controls
        .filter((control) => control.checkVisibility() && (size(control).width < 24 || size(control).height < 24))
        .map((control) => `${control.outerHTML.slice(0, 90)} ${Math.round(size(control).width)} × ${Math.round(size(control).height)}`);
    });
    expect(small, `${pane}: WCAG 2.2, 2.5.8 asks for 24 × 24`).toEqual([]);
  }
});

test("a network is drawn with fingers", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, nodes: [], links: [] });
  await aquarium.button("Edit").tap();
  for (const what of ["Add a host", "Add a switch", "Add a host"]) await aquarium.button(what).tap();
  const connect = async () => {
    await page.getByRole("combobox", { name: "Connect to" }).selectOption({ label: "s1" });
    await aquarium.button("Connect").tap();
  };
  await page.getByRole("button", { name: "Inspect h2" }).tap();
  await connect();
  await page.getByRole("button", { name: "← All nodes and links" }).tap();
  await page.getByRole("button", { name: /^Host h1/ }).tap();
  await connect();
  await expect(page.getByText("Now: 2 hosts and 1 switch, 2 cables.")).toBeAttached();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide, "nothing is wider than the page").toBeLessThanOrEqual(0);
});

test("with an instrument open there is one pane at a time, and everything fits into the width", async ({ page, aquarium }) => {
  await aquarium.open();
  await page.waitForFunction(() => performance.getEntriesByName("first-moving-frame").length > 0);
  const panel = (name) => page.getByRole("tabpanel", { name, exact: true });
  for (const name of INSTRUMENTS) {
    await page.getByRole("tab", { name, exact: true }).tap();
    await expect(panel(name)).toBeVisible();
    await expect(panel("Runs")).toBeHidden();
    expect(await overflow(page), name).toBeLessThanOrEqual(0);
  }
  await page.getByRole("tab", { name: "Runs" }).tap();
  await expect(panel("Runs")).toBeVisible();
  await expect(panel(INSTRUMENTS.at(-1))).toBeHidden();
});

test("a packet is selected by touch, and its details are one tap away", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  await page.getByRole("tab", { name: "Packets", exact: true }).tap();
  await aquarium.packet(3).scrollIntoViewIfNeeded();
  await aquarium.packet(3).tap();
  await expect(aquarium.packet(3)).toHaveAttribute("aria-selected", "true");
  await aquarium.button("Details").tap();
  await expect(aquarium.inspector.getByText(/^Echo \(ping\) request/).first()).toBeInViewport();
});

test("a finger on the time line goes back in time", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  const { width, height } = await aquarium.timeline.boundingBox();
  await aquarium.timeline.tap({ position: { x: width * 0.2, y: height / 2 } });
  await expect(page.getByText("in the past", { exact: true })).toBeVisible();
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "false");
  await aquarium.live.tap();
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "true");
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing wrong, ${colorScheme}`, async ({ page, aquarium }) => {
    await page.emulateMedia({ colorScheme });
    await aquarium.open();
    for (const pane of ["Runs", "Inspect", "Speed test", "Document", ...INSTRUMENTS]) {
      await openTab(page, pane);
      expect(await violations(page, colorScheme)).toEqual([]);
    }
  });
}
