// The panes of switches and routers: what they show, and what can be done there.
import { HOME, QUIET, ROUTED, expect, test } from "../aquarium.js";

const table = (aquarium, name) => aquarium.inspector.getByRole("group", { name, exact: true });

test("a traceroute lists the routers on the path, hop by hop, with a time for each probe", async ({ aquarium }) => {
  await aquarium.open(ROUTED);
  await aquarium.atFullSpeed();
  await aquarium.start("Traceroute", { From: "a", To: "b" });
  const card = aquarium.run("Traceroute a → b");
  await expect(card).toContainText("done");
  const hops = card.getByRole("list", { name: "Hops" }).getByRole("listitem");
  const times = String.raw`(\s*\d+(\.\d+)?\s(ms|µs)){3}`;
  await expect(hops).toHaveText([
    new RegExp(String.raw`^1\s*r1 \(10\.0\.1\.254\)${times}$`),
    new RegExp(String.raw`^2\s*r2 \(10\.0\.12\.2\)${times}$`),
    new RegExp(String.raw`^3\s*b \(10\.0\.2\.1\)${times}$`),
  ]);
  await expect(aquarium.fact(card, "Hops")).toHaveText("3");
});

test("a router can be pinged at any of its addresses, and shows its routes", async ({ aquarium }) => {
  await aquarium.open(ROUTED);
  await aquarium.atFullSpeed();
  await aquarium.start("Ping", { From: "a", To: "r2 (10.0.12.2)", "Echo requests": "1" });
  await expect(aquarium.run("Ping a → r2 (10.0.12.2)")).toContainText("done");
  await aquarium.pane("Inspect");
  await aquarium.button("Router r1 10.0.1.254, 10.0.12.1").click();
  await expect(table(aquarium, "Routes").getByRole("row", { name: /^10\.0\.2\.0\/24 r2 \(10\.0\.12\.2\) at port 1 1 static, / })).toBeVisible();
  await expect(table(aquarium, "Neighbors").getByRole("row", { name: /^a \(10\.0\.1\.1\) / })).toBeVisible();
  await expect(table(aquarium, "Interfaces").getByRole("row", { name: /^0 \(to a\) .*10\.0\.1\.254\/24, ([0-9a-f]{2}:){5}[0-9a-f]{2} up/ })).toBeVisible();
});

test("the tables of a router fit into the pane; one that does not can be scrolled with the keyboard", async ({ page, aquarium }) => {
  await aquarium.open(HOME);
  await aquarium.playToTheEnd();
  await aquarium.pane("Inspect");
  await aquarium.button("Router home 192.168.1.1, 203.0.113.2").click();
  const beyond = (name) => table(aquarium, name).evaluate((scroll) => scroll.scrollWidth - scroll.clientWidth);
  for (const name of ["Interfaces", "Routes", "Neighbors", "Translations", "Traffic"]) expect(await beyond(name), name).toBe(0);
  await page.evaluate(() => document.documentElement.style.setProperty("--side", "240px"));
  await expect.poll(() => beyond("Translations")).toBeGreaterThan(0);
  await table(aquarium, "Translations").focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => table(aquarium, "Translations").evaluate((scroll) => scroll.scrollLeft)).toBeGreaterThan(0);
});

test("the table of translations fills, and a frame shows how the router changed it", async ({ page, aquarium }) => {
  await aquarium.open(HOME);
  await aquarium.playToTheEnd();
  await aquarium.goTo(0.5);
  await aquarium.pane("Inspect");
  await aquarium.button("Router home 192.168.1.1, 203.0.113.2").click();
  await expect(table(aquarium, "Translations").getByRole("row", { name: /^192\.168\.1\.10, identifier \d+ 203\.0\.113\.2, identifier \d+ 203\.0\.113\.1 ICMP/ })).toBeVisible();

  await aquarium.instrument("Packets");
  await aquarium.filter.fill("icmp");
  await aquarium.place.selectOption("Link home – server");
  await aquarium.packets.getByRole("row").filter({ hasText: "request" }).first().click();
  const changed = table(aquarium, "Changed by home");
  await expect(changed.getByRole("row", { name: /^IPv4: Source.* 192\.168\.1\.10 203\.0\.113\.2$/ })).toBeVisible();
  await expect(changed.getByRole("row", { name: /^IPv4: Time to live 64 63$/ })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("the MAC table of a switch can be cleared, at the live edge and in the past", async ({ aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] });
  await aquarium.playToTheEnd();
  await aquarium.pane("Inspect");
  await aquarium.button("Switch s").click();
  await expect(table(aquarium, "MAC table").getByRole("row", { name: /\(to a\)/ })).toBeVisible();
  await aquarium.button("Clear table").click();
  await expect(aquarium.inspector.getByText(/^Empty: no frame has arrived yet/)).toBeVisible();
  await expect(aquarium.branches, "an action at the live edge makes no branch").toHaveCount(0);
  await aquarium.goTo(0.5);
  await expect(table(aquarium, "MAC table").getByRole("row", { name: /\(to a\)/ })).toBeVisible();
  await aquarium.button("Clear table").click();
  await expect(aquarium.branches).toHaveText([/^As it was$/, /^s cleared from \d\.\d{3}/]);
});

test("a port is switched off and on, and so is the spanning tree", async ({ aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 60 } }] });
  await aquarium.pane("Inspect");
  await aquarium.button("Switch s").click();
  await aquarium.button("Spanning tree on").click();
  await expect(aquarium.button("Spanning tree off")).toBeVisible();
  await expect(table(aquarium, "Spanning tree").getByRole("row", { name: /^0 \(to a\) (designated|disabled)/ })).toBeVisible();
  await aquarium.button("Switch off port 1 (to b)").click();
  await expect(aquarium.button("Switch on port 1 (to b)")).toBeVisible();
  await aquarium.button("Switch on port 1 (to b)").click();
  await expect(aquarium.button("Switch off port 1 (to b)")).toBeVisible();
});

test("a frame of the past can be dropped by hand: a branch runs again without it", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] });
  const before = await aquarium.playToTheEnd();
  await expect(aquarium.fact(aquarium.run("Ping a → b"), "Answered")).toHaveText("2");
  await aquarium.instrument("Packets");
  await aquarium.packets.getByRole("row").filter({ hasText: "Echo (ping) request" }).last().click();
  await aquarium.button("Lose this frame").click();
  await expect(aquarium.branches).toHaveText([/^As it was$/, /^echo 2 from a lost from \d\.\d{3}/]);
  expect(await aquarium.playToTheEnd()).not.toBe(before);
  await aquarium.pane("Runs");
  await expect(aquarium.fact(aquarium.run("Ping a → b"), "Answered")).toHaveText("1");
  await page.keyboard.press("Escape");
});

test("a multicast group's datagrams are counted for each receiver", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.atFullSpeed();
  await aquarium.pane("Runs");
  const form = page.getByRole("form", { name: "Start a run" });
  await form.getByRole("radio", { name: "Multicast", exact: true }).check();
  const receivers = form.getByRole("group", { name: "Receivers" });
  await expect(receivers.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await receivers.getByRole("checkbox", { name: "c" }).uncheck();
  await form.getByLabel("Messages", { exact: true }).fill("3");
  await form.getByRole("button", { name: "Start multicast" }).click();
  const card = aquarium.run("Multicast a → 239.1.2.3");
  await expect(card).toContainText("done");
  await expect(card.getByRole("group", { name: "Receivers" }).getByRole("row", { name: "b 3 of 3" })).toBeVisible();
});

test("the path MTU is found, with the router that reported it", async ({ aquarium }) => {
  const narrow = structuredClone(ROUTED);
  narrow.links[1].ports.r1.mtu = 1400;
  narrow.links[1].ports.r2.mtu = 1400;
  await aquarium.open(narrow);
  await aquarium.atFullSpeed();
  await aquarium.start("Path MTU", { From: "a", To: "b" });
  const card = aquarium.run("Path MTU a → b");
  await expect(card).toContainText("done");
  await expect(aquarium.fact(card, "Longest packet")).toHaveText(/^1\s?400\sB$/);
  await expect(aquarium.fact(card, "Reported by")).toHaveText("r1 (10.0.1.254)");
});

test("a packet that a router drops is marked in the packet list, counted by reason, and reported to its sender", async ({ page, aquarium }) => {
  await aquarium.open({ ...ROUTED, runs: [{ ping: { from: "a", to: "10.9.9.9", count: 1 } }] });
  await aquarium.playToTheEnd();
  await expect(aquarium.run("Ping a → 10.9.9.9")).toContainText("r1 (10.0.1.254) reports for request 1: no route leads there");
  await aquarium.instrument("Packets");
  await aquarium.place.selectOption("Link a – r1");
  const row = aquarium.packets.getByRole("row").filter({ hasText: "request" });
  await expect(row).toContainText("Dropped by r1: no route leads there.");
  await row.click();
  await aquarium.live.click();
  await expect(aquarium.inspector.getByText("Arrived at r1, which drops it: no route leads there.")).toBeVisible();
  await page.keyboard.press("Escape");
  await aquarium.button("Router r1 10.0.1.254, 10.0.12.1").click();
  await expect(table(aquarium, "Dropped").getByRole("row", { name: /^No route leads there 1$/ })).toBeVisible();
});
