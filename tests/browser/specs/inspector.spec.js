// The inspector: parts and frames selected with the pointer on the drawing and with the keyboard.
import { QUIET, expect, test } from "../aquarium.js";

const table = (aquarium, name) => aquarium.inspector.getByRole("group", { name, exact: true });

test("a host shows its addresses, its neighbors and its sockets; a switch its MAC table", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ iperf: { from: "a", to: "b", seconds: 600, ip: 4 } }] });
  await aquarium.pane("Inspect");
  await aquarium.button("Host a 10.0.0.1, fd00::1").click();
  const { inspector } = aquarium;
  await expect(inspector.getByRole("heading", { name: "a", exact: true })).toBeVisible();
  await expect(inspector.getByRole("definition").filter({ hasText: "10.0.0.1/24" })).toBeVisible();
  await expect(inspector.getByRole("definition").filter({ hasText: "fd00::1/64" })).toBeVisible();
  await expect(table(aquarium, "Neighbors").getByRole("row", { name: /^10\.0\.0\.2 ([0-9a-f]{2}[:-]){5}[0-9a-f]{2} / })).toBeVisible();
  await expect(table(aquarium, "Sockets").getByRole("row", { name: /^TCP \d+ ESTABLISHED 10\.0\.0\.2:5001$/ })).toBeVisible();
  await aquarium.button("← All nodes and links").click();

  await aquarium.button("Host b 10.0.0.2, fd00::2").click();
  await expect(table(aquarium, "Sockets").getByRole("row", { name: /^TCP 5001 ESTABLISHED 10\.0\.0\.1:\d+$/ })).toBeVisible();
  await aquarium.button("← All nodes and links").click();

  await aquarium.button("Switch s").click();
  await expect(table(aquarium, "MAC table").getByRole("row", { name: /\(to a\)/ })).toBeVisible();
  await expect(table(aquarium, "MAC table").getByRole("row", { name: /\(to b\)/ })).toBeVisible();
  await aquarium.button("← All nodes and links").click();

  await aquarium.button("Link c – s").click();
  await expect(table(aquarium, "Settings").getByRole("row", { name: /^Impairments .*20\s%/ })).toBeVisible();
});

test("a click on a node in the drawing selects it, a click beside it nothing", async ({ aquarium }) => {
  const node = (id, kind, n) => ({ id, kind, at: [100 + 300 * n, 300] });
  await aquarium.open({
    packetarium: 1,
    nodes: [node("a", "host", 0), node("s1", "switch", 1), node("b", "host", 2)],
    links: [{ ends: ["a", "s1"] }, { ends: ["b", "s1"] }],
  });
  const { width, height } = await aquarium.canvas.boundingBox();
  await aquarium.canvas.click({ position: { x: width / 2, y: height / 2 } });
  await expect(aquarium.inspector.getByRole("heading", { name: "s1" })).toBeVisible();
  await aquarium.canvas.click({ position: { x: width / 2, y: height / 4 } });
  await expect(aquarium.inspector.getByRole("heading", { name: "Nodes" })).toBeVisible();
});

test("a click on a frame shows its layers, field by field, and where it is", async ({ page, aquarium }) => {
  await aquarium.clickAFrame();
  const { inspector } = aquarium;
  await expect(inspector.getByText(/^(On the wire from|Arrived at|Waiting in|Not yet sent)/)).toBeVisible();
  const ethernet = inspector.getByRole("group").filter({ hasText: "Ethernet" }).first();
  await ethernet.getByText("Ethernet").first().click();
  const field = inspector.getByRole("button", { name: /^Destination / }).first();
  await expect(field).toBeVisible();
  // Under the pointer, a field's bytes are highlighted: a destination address has the first six.
  await field.hover();
  const bytes = inspector.getByRole("group", { name: "The frame's bytes, hexadecimal" });
  await expect(bytes.locator(".lit")).toHaveCount(6);
  await page.keyboard.press("Escape");
  await expect(inspector.getByRole("heading", { name: "Nodes" })).toBeVisible();
});

test("a frame is found with the keyboard alone", async ({ page, aquarium }) => {
  const slow = {
    packetarium: 1,
    nodes: ["a", "b"].map((id, n) => ({ id, kind: "host", addresses: [`10.0.0.${n + 1}/24`] })),
    links: [{ ends: ["a", "b"], delay: "1s" }],
    runs: [{ ping: { from: "a", to: "b" } }],
  };
  // While the first frame is on the wire.
  await aquarium.open(slow, "500ms");
  await aquarium.button("Play").waitFor();
  await page.getByRole("tab", { name: "Runs" }).focus();
  await page.keyboard.press("ArrowRight");
  await aquarium.button("Link a – b").press("Enter");
  const frames = aquarium.inspector.getByRole("list", { name: "Frames here now" });
  await frames.getByRole("button", { name: /^ARP who-has to b$/ }).press("Enter");
  await expect(aquarium.inspector.getByRole("heading", { name: "ARP who-has" })).toBeVisible();
  await expect(aquarium.inspector.getByText("On the wire from a to b.")).toBeVisible();
  await expect(aquarium.inspector.getByRole("heading", { name: "Layers" })).toBeVisible();
});
