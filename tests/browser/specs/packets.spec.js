// The packet list: it has every packet, follows the playhead, selects and is selected from elsewhere, is filtered, and works at
// any length.
import { pcap, udp } from "../captures.js";
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 3, interval: "100ms" } }, { at: "500ms", echo: { from: "b", to: "a" } }] };

/** The numbers of the rows that are rendered, in order. */
const numbers = (aquarium) => aquarium.packets.getByRole("gridcell").and(aquarium.page.locator(":first-child")).allTextContents();

const count = (page) => page.getByRole("status").filter({ hasText: /\spackets?$/ });

/** The pixels of the canvas, without what floats over it. */
const drawn = (aquarium) => aquarium.canvas.evaluate((canvas) => canvas.toDataURL());

test.describe("of a small network", () => {
  test.beforeEach(async ({ page, aquarium }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await aquarium.open(PINGING);
    await aquarium.playToTheEnd();
    await aquarium.instrument("Packets");
  });

  test("rows are in Wireshark's words, and mark what is lost, answered or retransmitted", async ({ aquarium }) => {
    const [first, second] = [await aquarium.cells(aquarium.packet(1)), await aquarium.cells(aquarium.packet(2))];
    expect(first).toEqual(["1", "0.000 000", "a → s", expect.stringMatching(/^02:/), "ff:ff:ff:ff:ff:ff", "ARP", "42", "Who has 10.0.0.2? Tell 10.0.0.1"]);
    expect(second[5]).toBe("ARP");
    expect(second[7]).toMatch(/^10\.0\.0\.2 is at 02:/);
    await expect(aquarium.packets.getByText(/^Echo \(ping\) request {2}id=0x[0-9a-f]+, seq=\d+.* \(reply in \d+\)$/)).toHaveCount(3);
    await expect(aquarium.packets).toContainText("[SYN, ACK]");
    const all = await numbers(aquarium);
    expect(all).toEqual(all.map((_, place) => String(Number(all[0]) + place)));
  });

  test("a row leads to the moment, to the frame and to where else it was seen; a frame on the stage to its row", async ({ page, aquarium }) => {
    const before = await aquarium.moment();
    await aquarium.packets.press("Home");
    const reply = aquarium.packets.getByRole("row", { name: /Echo \(ping\) reply/ }).first();
    await reply.click();
    await expect(reply).toHaveAttribute("aria-selected", "true");
    expect(await aquarium.moment()).toBeLessThan(before);
    await aquarium.pane("Inspect");
    await expect(aquarium.inspector.getByText("On the wire from b to s.")).toBeVisible();
    await expect(aquarium.inspector.getByText(/^Echo \(ping\) reply/).first()).toBeVisible();
    const drawing = await drawn(aquarium);

    // The next hop is the same packet, and the same row.
    await aquarium.timeline.press("ArrowRight");
    const hops = aquarium.inspector.getByRole("navigation", { name: "The same frame on each link" });
    await aquarium.timeSettings();
    await aquarium.page.getByLabel("Step by").selectOption("selected");
    await aquarium.button("Step to the next event of what is selected").click();
    await expect(hops.getByRole("button")).toHaveText([/b → s/, /s → a/]);
    await hops.getByRole("button", { name: "s → a" }).click();
    await expect(reply).toHaveAttribute("aria-selected", "true");
    await aquarium.place.selectOption("Every port");
    await expect(aquarium.packets.getByRole("row", { selected: true })).toContainText("s → a");
    await aquarium.place.selectOption("Each packet once");
    await reply.click();
    await expect.poll(() => drawn(aquarium), "the same moment is the same picture").toBe(drawing);

    // From the stage to the list.
    await page.keyboard.press("Escape");
    await expect(reply).toHaveAttribute("aria-selected", "false");
    const { width, height } = await aquarium.canvas.boundingBox();
    expect(width * height).toBeGreaterThan(0);
    await aquarium.pane("Inspect");
    await aquarium.button("Link b – s").click();
    await aquarium.inspector.getByRole("list", { name: "Frames here now" }).getByRole("button").first().click();
    await expect(reply).toHaveAttribute("aria-selected", "true");
  });

  test("arrow keys go from packet to packet, and time with them", async ({ aquarium }) => {
    const chosen = aquarium.packets.getByRole("row", { selected: true });
    await aquarium.packets.press("Home");
    await expect(chosen).toHaveAttribute("aria-rowindex", "2");
    const first = await aquarium.moment();
    for (let press = 0; press < 3; press += 1) await aquarium.packets.press("ArrowDown");
    await expect(chosen).toHaveAttribute("aria-rowindex", "5");
    expect(await aquarium.moment()).toBeGreaterThan(first);
    await aquarium.packets.press("ArrowUp");
    await expect(chosen).toHaveAttribute("aria-rowindex", "4");
    await expect(aquarium.packets).toHaveAttribute("aria-activedescendant", await chosen.getAttribute("id"));
    await aquarium.packets.press("End");
    const rows = Number(await aquarium.packets.getAttribute("aria-rowcount"));
    await expect(chosen).toHaveAttribute("aria-rowindex", String(rows));
    await expect(chosen).toBeInViewport();
  });

  test("seen at a port, a packet is there in both directions; at every port, once for each", async ({ page, aquarium }) => {
    const once = Number(/(\d+)\spackets$/.exec(await count(page).textContent())[1]);
    await aquarium.place.selectOption("a, port to s");
    await aquarium.packets.press("Home");
    await expect(aquarium.packets.getByRole("gridcell", { name: "a → s" }).first()).toBeAttached();
    await expect(aquarium.packets.getByRole("gridcell", { name: "s → a" }).first()).toBeAttached();
    await expect(aquarium.packets.getByRole("gridcell", { name: /b/ }).and(page.locator(":nth-child(3)"))).toHaveCount(0);
    await aquarium.place.selectOption("Link c – s");
    await expect(count(page), "behind the switch, c receives only the broadcast").toHaveText(/^(0 of )?1\spacket$/);
    await aquarium.place.selectOption("Every port");
    // Sent and received on each of two links; the broadcast on three.
    await expect(count(page)).toHaveText(new RegExp(`(^| )${4 * once + 2}\\spackets$`));
  });

  test("the list follows the playhead until it is scrolled away, and again on request", async ({ page, aquarium }) => {
    const follow = aquarium.button("Follow the playhead");
    await aquarium.timeline.press("Home");
    await expect(count(page)).toHaveText(/^1 of \d+\spackets$/);
    await expect(aquarium.packet(1)).toBeInViewport();
    await expect(follow).toBeHidden();
    await aquarium.packets.hover();
    await page.mouse.wheel(0, 3_000);
    await expect(follow).toBeVisible();
    await expect(aquarium.packet(1)).not.toBeInViewport();
    await follow.click();
    await expect(aquarium.packet(1)).toBeInViewport();
    await aquarium.live.click();
    const last = Number(await aquarium.packets.getAttribute("aria-rowcount")) - 1;
    await expect(aquarium.packet(last)).toBeInViewport();
  });

  test("a filter is completed with the keyboard, filters list and stage, and can be removed", async ({ page, aquarium }) => {
    const all = await count(page).textContent();
    // An ARP frame is on its wire.
    await aquarium.packets.press("Home");
    await aquarium.packet(1).click();
    await expect.poll(async () => (await drawn(aquarium)) === (await drawn(aquarium))).toBe(true);
    const unfiltered = await drawn(aquarium);

    await aquarium.filter.pressSequentially("icmp.ty");
    const offers = page.getByRole("listbox", { name: "Completions" });
    const type = offers.getByRole("option", { name: /^icmp\.type/ });
    await expect(type).toBeVisible();
    if ((await type.getAttribute("aria-selected")) !== "true") await aquarium.filter.press("ArrowDown");
    await expect(type).toHaveAttribute("aria-selected", "true");
    await aquarium.filter.press("Enter");
    await expect(aquarium.filter).toHaveValue("icmp.type");
    await expect(offers).toBeHidden();
    await aquarium.filter.pressSequentially(" ");
    const operators = offers.getByRole("option");
    await expect(operators.first()).toBeVisible();
    await aquarium.filter.press("ArrowDown");
    await aquarium.filter.press("ArrowDown");
    await expect(offers.getByRole("option", { selected: true })).toHaveCount(1);
    await expect(operators.first()).toHaveAttribute("aria-selected", "false");
    await aquarium.filter.press("ArrowUp");
    await aquarium.filter.press("Escape");
    await expect(offers).toBeHidden();
    await aquarium.filter.pressSequentially("== 8");
    await expect(count(page)).toHaveText(/3\spackets$/);
    for (const cells of await aquarium.packets.getByRole("row", { name: /^\d/ }).all()) await expect(cells).toContainText("Echo (ping) request");
    const note = page.getByRole("main").locator("p").filter({ hasText: /^Only icmp\.type == 8/ });
    await expect(note).toBeVisible();
    await expect.poll(() => drawn(aquarium), "the ARP frame is hidden").not.toBe(unfiltered);
    await page.getByRole("button", { name: "Show all" }).click();
    await expect(count(page)).toHaveText(new RegExp(`${/\d+\spackets$/.exec(all)[0]}$`));
    await expect(aquarium.filter).toHaveValue("");
    await expect(note).toBeHidden();
    await expect.poll(() => drawn(aquarium)).toBe(unfiltered);
  });

  for (const [key, claim] of [
    ["Enter", "Enter after a filter that makes sense leaves it as it is"],
    ["Tab", "Tab leads out of the field, and changes nothing on the way"],
  ]) {
    test(claim, async ({ aquarium }) => {
      await aquarium.filter.pressSequentially("tcp");
      await aquarium.filter.press(key);
      await expect(aquarium.filter).toHaveValue("tcp");
      if (key === "Tab") await expect(aquarium.filter).not.toBeFocused();
    });
  }

  test("an error in a filter is marked, and the last valid filter stays in force", async ({ page, aquarium }) => {
    await aquarium.filter.fill("arp");
    await expect(count(page)).toHaveText(/2\spackets$/);
    await aquarium.filter.fill("ip.adr == 10.0.0.1");
    await aquarium.filter.blur();
    const said = page.getByRole("alert").filter({ has: page.getByRole("mark") });
    await expect(said.getByRole("mark")).toHaveText("ip.adr");
    await expect(aquarium.filter).toHaveAttribute("aria-invalid", "true");
    await expect(aquarium.filter).toHaveAccessibleDescription(/ip\.adr/);
    await expect(count(page)).toHaveText(/2\spackets$/);
    await aquarium.filter.fill("arp && ");
    await aquarium.filter.blur();
    await expect(said).toBeVisible();
    await aquarium.filter.fill("dns");
    await aquarium.filter.blur();
    await expect(said).toBeHidden();
    await expect(page.getByText("No packet passes the filter.")).toBeVisible();
  });

  test("bytes and fields of the selected packet highlight each other", async ({ aquarium }) => {
    await aquarium.packets.press("Home");
    await aquarium.packet(1).click();
    await aquarium.pane("Inspect");
    const bytes = aquarium.inspector.getByRole("group", { name: "The frame's bytes, hexadecimal" });
    const says = aquarium.inspector.getByRole("status");
    // The EtherType: bytes 12 and 13.
    await bytes.getByText("08", { exact: true }).first().hover();
    await expect(says).toHaveText(/^Ethernet II: Type = 0x0806/);
    await expect(bytes.locator(".lit")).toHaveText(["08", "06"]);
    await aquarium.inspector.locator("summary").filter({ hasText: /^ARP/ }).click();
    await aquarium.page.mouse.move(5, 5);
    await aquarium.inspector.getByRole("button", { name: /^Target.* 10\.0\.0\.2 / }).focus();
    await expect(bytes.locator(".lit")).toHaveText(["0a", "00", "00", "02"]);
  });

  test("from a field, its value is filtered for, filtered out, and added to the filter", async ({ page, aquarium }) => {
    const all = Number(/(\d+)\spackets$/.exec(await count(page).textContent())[1]);
    await aquarium.packets.press("Home");
    await aquarium.packet(1).click();
    await aquarium.pane("Inspect");
    await aquarium.inspector.locator("summary").filter({ hasText: /^ARP/ }).click();
    const target = aquarium.inspector.getByRole("button", { name: /^Target.* 10\.0\.0\.2 / });
    await target.press("Enter");
    await expect(target).toHaveAttribute("aria-expanded", "true");
    await aquarium.inspector.getByRole("button", { name: "Filter for it" }).click();
    await expect(aquarium.filter).toHaveValue("arp.dst.proto_ipv4 == 10.0.0.2");
    await expect(count(page)).toHaveText(/^(\d+ of )?1\spacket$/);
    const sender = aquarium.inspector.getByRole("button", { name: /^Sender.* 10\.0\.0\.1 / });
    await sender.click();
    await aquarium.inspector.getByRole("button", { name: "Narrow the filter to it" }).click();
    await expect(aquarium.filter).toHaveValue("(arp.dst.proto_ipv4 == 10.0.0.2) && arp.src.proto_ipv4 == 10.0.0.1");
    await aquarium.filter.fill("");
    await expect(count(page)).toHaveText(new RegExp(`(^| )${all}\\spackets$`));
    await aquarium.inspector.getByRole("button", { name: "Filter it out" }).click();
    await expect(aquarium.filter).toHaveValue("!(arp.src.proto_ipv4 == 10.0.0.1)");
    await sender.click();
    await expect(aquarium.inspector.getByRole("button", { name: "Filter it out" })).toBeHidden();
  });
});

test.describe("of 100,000 packets", () => {
  const MANY = 100_000;
  const length = (number) => 60 + (number % 100);
  const expected = (number) => [String(number), `${Math.floor((number - 1) / 1_000)}.${String((number - 1) % 1_000).padStart(3, "0")} 000`, String(length(number))];

  test("every row is right, at the end, in the middle and after a filter", async ({ page, aquarium }) => {
    const frames = Array.from({ length: MANY }, (_, place) => udp(1, 2, [10_000, 20_000 + (place % 7)], Buffer.alloc(length(place + 1) - 42)));
    await aquarium.open(QUIET);
    await aquarium.instrument("Packets");
    await page.getByLabel("Open capture").setInputFiles({ name: "many.pcap", mimeType: "application/octet-stream", buffer: pcap(frames) });
    await expect(count(page)).toHaveText(/^many\.pcap: 100\s000\spackets$/, LONG);
    const right = async (row) => {
      const cells = await aquarium.cells(row);
      expect([cells[0], cells[1], cells[6]]).toEqual(expected(Number(cells[0])));
      return Number(cells[0]);
    };
    const inSight = async () => {
      const found = [];
      for (const row of await aquarium.packets.getByRole("row", { name: /^\d/ }).all()) found.push(await right(row));
      expect(found.length).toBeGreaterThan(5);
      expect(found.length, "only what is in sight is rendered").toBeLessThan(60);
      expect(found).toEqual(found.map((_, place) => found[0] + place));
      return found;
    };
    await aquarium.packets.press("End");
    await expect(aquarium.packet(MANY)).toBeInViewport();
    await expect(aquarium.packet(MANY)).toHaveAttribute("aria-selected", "true");
    expect((await inSight()).at(-1)).toBe(MANY);
    await aquarium.pane("Inspect");
    await expect(aquarium.inspector.getByText("100 000", { exact: true })).toBeVisible();

    const { height } = await aquarium.packet(MANY).boundingBox();
    await aquarium.packets.hover();
    await page.mouse.wheel(0, -height * (MANY / 2));
    await expect(aquarium.packet(MANY)).toBeHidden();
    const [middle] = await inSight();
    expect(Math.abs(middle - MANY / 2)).toBeLessThan(100);
    await aquarium.packet(middle + 10).click();
    await expect(aquarium.packet(middle + 10)).toHaveAttribute("aria-selected", "true");
    await aquarium.packets.press("PageDown");
    const chosen = aquarium.packets.getByRole("row", { selected: true });
    await expect(aquarium.packet(middle + 10)).toHaveAttribute("aria-selected", "false");
    await expect(chosen).toBeInViewport();
    expect(await right(chosen)).toBeGreaterThan(middle + 10);
    await aquarium.packets.press("Home");
    await expect(aquarium.packet(1)).toBeInViewport();

    await aquarium.filter.fill("udp.dstport == 20006");
    await expect(count(page)).toHaveText(/^many\.pcap: 14\s285\spackets$/, LONG);
    await aquarium.packets.press("End");
    await expect(aquarium.packet(99_995)).toBeInViewport();
    await right(aquarium.packet(99_995));
  });
});

test("a list that grows by thousands while time passes keeps up with it", async ({ page, aquarium }) => {
  await aquarium.open({
    ...QUIET,
    nodes: ["a", "b"].map((id, n) => ({ id, kind: "host", addresses: [`10.0.0.${n + 1}/24`] })),
    links: [{ ends: ["a", "b"], rate: "1Gbps" }],
    runs: [{ iperf: { from: "a", to: "b", bytes: "20MB" } }],
  });
  await aquarium.instrument("Packets");
  await aquarium.atFullSpeed();
  await expect(aquarium.nothingMoves).toBeVisible(LONG);
  const rows = Number(await aquarium.packets.getAttribute("aria-rowcount")) - 1;
  // 20 MB in segments of 1460 bytes, and what acknowledges them.
  expect(rows).toBeGreaterThan(20_000_000 / 1_460);
  await expect(aquarium.packet(rows)).toBeInViewport();
  await expect(aquarium.packet(rows)).toContainText(/\[(FIN, )?ACK\]/);
  await aquarium.packets.press("Home");
  await expect(aquarium.packet(1)).toBeInViewport();
  await expect(aquarium.packet(1)).toContainText("Who has 10.0.0.2?");
});
