// Networks of more than one LAN, drawn by hand: a router between two, a loop and the spanning tree that opens it, VLANs and the
// trunk between switches, and impaired links.
import { expect, openTab, test } from "../aquarium.js";
import { violations } from "../axe.js";
import { LONG } from "../patience.js";

const EMPTY = { packetarium: 1, title: "Mine", nodes: [], links: [] };

async function documentOf(page) {
  await openTab(page, "Document");
  return JSON.parse(await page.getByRole("textbox", { name: "Text" }).inputValue());
}

async function edit(aquarium) {
  await aquarium.button("Edit").click();
  await expect(aquarium.page.getByRole("group", { name: "Editor" })).toBeVisible();
}

/** Selects a part of the network in the inspector's list. */
async function select(aquarium, name) {
  const { page } = aquarium;
  await openTab(page, "Inspect");
  const back = page.getByRole("button", { name: "← All nodes and links" });
  if (await back.isVisible()) await back.click();
  await aquarium.inspector.getByRole("button", { name }).click();
}

async function connect(aquarium, name) {
  await aquarium.page.getByRole("combobox", { name: "Connect to" }).selectOption({ label: name });
  await aquarium.button("Connect").click();
}

async function apply(aquarium) {
  await aquarium.button("Apply").click();
  await expect(aquarium.page.locator(".item-form .fault")).toHaveCount(0);
}

/** Axe finds no violation on the page. */
async function expectClean(page) {
  expect(await violations(page, "light")).toEqual([]);
}

const form = (page) => page.getByRole("form", { name: "Settings" });

test("two LANs and a router are drawn, and a ping goes through it", async ({ page, aquarium }) => {
  await aquarium.open(EMPTY);
  await edit(aquarium);
  for (const lan of ["1", "2"]) {
    await aquarium.button("Add a host").click();
    await aquarium.button("Add a switch").click();
    // The node that was added last is selected.
    await connect(aquarium, `h${lan}`);
  }
  await page.getByRole("tab", { name: "Inspect" }).focus();
  await page.keyboard.press("4");
  await connect(aquarium, "s1");
  await connect(aquarium, "s2");
  const { nodes, links } = await documentOf(page);
  expect(nodes.find(({ id }) => id === "r1").kind).toBe("router");
  expect(links.flatMap(({ ports }) => ports?.r1?.addresses ?? [])).toEqual(["10.0.0.254/24", "10.0.1.254/24"]);
  expect(nodes.filter(({ kind }) => kind === "host").map(({ gateway }) => gateway)).toEqual(["10.0.0.254", "10.0.1.254"]);
  await aquarium.button("Done").click();
  await aquarium.atFullSpeed();
  await aquarium.start("Ping");
  await expect(aquarium.run("Ping h1 → h2")).toContainText(/done.*Answered4/, LONG);
});

test("a loop that was drawn by hand is opened by the spanning tree", async ({ page, aquarium }) => {
  await aquarium.open(EMPTY);
  await edit(aquarium);
  for (const what of ["Add a switch", "Add a switch", "Add a switch"]) await aquarium.button(what).click();
  await connect(aquarium, "s1");
  await connect(aquarium, "s2");
  await select(aquarium, /^Switch s1/);
  await connect(aquarium, "s2");
  for (const name of ["s1", "s2", "s3"]) {
    await select(aquarium, new RegExp(`^Switch ${name}`));
    await form(page).getByRole("checkbox", { name: "Spanning tree" }).check();
    if (name === "s2") await form(page).getByRole("textbox", { name: "Bridge priority" }).fill("4096");
    await apply(aquarium);
  }
  const { nodes } = await documentOf(page);
  expect(nodes.map(({ stp }) => stp)).toEqual([true, { priority: 4096 }, true]);
  await expect(aquarium.button("Show me")).toBeHidden();
  await expect(page.getByRole("listitem").filter({ hasText: "loop" })).toHaveCount(0);
});

test("ports get VLANs, and errors are shown at the port's field", async ({ page, aquarium }) => {
  await aquarium.open({
    ...EMPTY,
    nodes: [
      { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
      { id: "b", kind: "host", addresses: ["10.0.0.2/24"] },
      { id: "s", kind: "switch" },
      { id: "t", kind: "switch" },
    ],
    links: [{ ends: ["a", "s"] }, { ends: ["s", "t"] }, { ends: ["t", "b"] }],
  });
  await edit(aquarium);
  await select(aquarium, /^Link a – s/);
  const port = (name) => form(page).getByRole("group", { name: `Port of ${name}` });
  await expect(port("a").getByRole("textbox"), "of a host only the duplex").toHaveCount(0);
  const vlan = port("s").getByRole("textbox", { name: "VLAN", exact: true });
  await vlan.fill("5000");
  await aquarium.button("Apply").click();
  await expect(vlan).toHaveAttribute("aria-invalid", "true");
  await expect(vlan).toHaveAccessibleDescription(/1 to 4094/);
  await vlan.fill("20");
  await apply(aquarium);
  await select(aquarium, /^Link s – t/);
  for (const name of ["s", "t"]) {
    await port(name).getByRole("combobox", { name: "VLANs" }).selectOption("trunk");
    await port(name).getByRole("textbox", { name: "Allowed VLANs" }).fill("10, 20");
    await port(name).getByRole("textbox", { name: "Native VLAN" }).fill("");
  }
  await apply(aquarium);
  await expectClean(page);
  const { links } = await documentOf(page);
  const trunk = { trunk: [10, 20], native: null };
  expect(links.map(({ ports }) => ports)).toEqual([{ s: { vlan: 20 } }, { s: trunk, t: trunk }, undefined]);
});

test("a router's routes, translation and filter are typed line by line", async ({ page, aquarium }) => {
  await aquarium.open({
    ...EMPTY,
    nodes: [
      { id: "h", kind: "host", addresses: ["10.0.0.1/24"], gateway: "10.0.0.254" },
      { id: "r", kind: "router" },
    ],
    links: [{ ends: ["h", "r"], ports: { r: { addresses: ["10.0.0.254/24"] } } }],
  });
  await edit(aquarium);
  await select(aquarium, /^Router r/);
  const field = (name) => form(page).getByRole("textbox", { name, exact: true });
  await field("Static routes").fill("10.0.2.0/24 via 10.0.0.9\n10.0.3.0/24 over there");
  await aquarium.button("Apply").click();
  await expect(field("Static routes")).toHaveAccessibleDescription(/^line 2: write a network and the next hop/);
  await field("Static routes").fill("10.0.2.0/24 via 10.0.0.9\ndefault via 10.0.0.8");
  for (const name of ["RIP", "Address translation (NAT)", "Filter"]) await form(page).getByRole("checkbox", { name, exact: true }).check();
  await form(page).getByRole("combobox", { name: "Split horizon" }).selectOption("off");
  await field("Forwarded ports").fill("tcp 8080 to 10.0.0.1 port 80");
  await field("Rules").fill("allow tcp ports 80\nreject icmp from 10.0.9.0/24 in h");
  await form(page).getByRole("combobox", { name: "Packets that match no rule" }).selectOption("deny");
  await expectClean(page);
  await apply(aquarium);
  expect((await documentOf(page)).nodes[1]).toMatchObject({
    routes: [
      { to: "10.0.2.0/24", via: "10.0.0.9" },
      { to: "default", via: "10.0.0.8" },
    ],
    rip: { split_horizon: "off" },
    nat: { forwards: [{ tcp: 8080, to: "10.0.0.1", port: 80 }] },
    filter: { rules: [{ allow: "tcp", ports: 80 }, { reject: "icmp", from: "10.0.9.0/24", in: "h" }], otherwise: "deny" },
  });
});

test("a link gets the settings of a familiar kind, and impairments set by hand", async ({ page, aquarium }) => {
  await aquarium.open({
    ...EMPTY,
    nodes: [
      { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
      { id: "b", kind: "host", addresses: ["10.0.0.2/24"] },
    ],
    links: [{ ends: ["a", "b"] }],
  });
  await edit(aquarium);
  await select(aquarium, /^Link a – b/);
  await form(page).getByRole("combobox", { name: "Preset" }).selectOption("DSL");
  await expect(form(page).getByRole("textbox", { name: "Rate back", exact: true })).toHaveValue("50Mbps");
  const add = async (what) => {
    await form(page).getByRole("combobox", { name: "Add an impairment" }).selectOption(what);
    await form(page).getByRole("button", { name: "Add", exact: true }).click();
  };
  await add("Corruption (bit errors)");
  await add("Duplication");
  const wrongBits = form(page).getByRole("group", { name: "Corruption (bit errors)" });
  await wrongBits.getByRole("textbox", { name: "Corrupted, in percent" }).fill("200");
  await aquarium.button("Apply").click();
  await expect(wrongBits.getByRole("textbox").first()).toHaveAccessibleDescription(/percentage/);
  await wrongBits.getByRole("textbox").first().fill("2.5");
  await wrongBits.getByRole("combobox", { name: "Direction" }).selectOption({ label: "frames from b" });
  await form(page).getByRole("button", { name: "Remove: Duplication" }).click();
  await form(page).getByText("More settings").first().click();
  await form(page).getByRole("combobox", { name: "Queue discipline", exact: true }).selectOption("codel");
  await expectClean(page);
  await apply(aquarium);
  const [link] = (await documentOf(page)).links;
  expect(link.impair).toContainEqual({ corrupt: 0.025, from: "b" });
  expect(link.impair.some((entry) => "duplicate" in entry)).toBe(false);
  expect(link.queue[0]).toMatchObject({ codel: true });
  expect(link.rate).toEqual(["10Mbps", "50Mbps"]);
});
