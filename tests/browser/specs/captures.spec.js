// Captures: the frames of the network saved as files, and files from other programs opened.
import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { ENHANCED_PACKET, INTERFACE_DESCRIPTION, SECTION_HEADER, arpRequest, blocks, dnsQuery, pcap } from "../captures.js";
import { QUIET, expect, test } from "../aquarium.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 3, interval: "100ms" } }] };
const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

const count = (page) => page.getByRole("status").filter({ hasText: /\spackets?$/ });

async function packets(aquarium) {
  return Number(await aquarium.packets.getAttribute("aria-rowcount")) - 1;
}

const open = (page, name, buffer) => page.getByLabel("Open capture").setInputFiles({ name, mimeType: "", buffer });

/** The cells of all rows, without the column of where a packet was seen. */
async function rows(aquarium) {
  const found = [];
  for (const row of await aquarium.packets.getByRole("row", { name: /^\d/ }).all()) found.push((await aquarium.cells(row)).toSpliced(2, 1));
  return found;
}

async function save(page, aquarium) {
  const saving = page.waitForEvent("download");
  await aquarium.button("Save capture").click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("a-quiet-network.pcapng");
  const path = await download.path();
  return { path, types: blocks(await readFile(path)) };
}

const of = (types, type) => types.filter((other) => other === type).length;

test.describe("saved", () => {
  test.beforeEach(async ({ aquarium }) => {
    await aquarium.open(PINGING);
    await aquarium.playToTheEnd();
    await aquarium.instrument("Packets");
  });

  test("a capture is a pcapng of what is listed: everything, one place, or what passes the filter", async ({ page, aquarium }) => {
    const whole = await save(page, aquarium);
    expect(whole.types[0]).toBe(SECTION_HEADER);
    expect(of(whole.types, INTERFACE_DESCRIPTION), "one for each port that has been seen").toBeGreaterThan(0);
    const all = await packets(aquarium);
    expect(of(whole.types, ENHANCED_PACKET)).toBe(all);

    await aquarium.filter.fill("icmp.type == 8");
    await expect(count(page)).toHaveText(/3\spackets$/);
    expect(of((await save(page, aquarium)).types, ENHANCED_PACKET)).toBe(3);
    await aquarium.filter.fill("");
    await aquarium.place.selectOption("Every port");
    const everywhere = await save(page, aquarium);
    expect(of(everywhere.types, ENHANCED_PACKET)).toBe(await packets(aquarium));
    expect(of(everywhere.types, ENHANCED_PACKET)).toBeGreaterThan(all);
    await aquarium.place.selectOption("Link c – s");
    expect(of((await save(page, aquarium)).types, ENHANCED_PACKET)).toBe(1);
  });

  test("tshark reads it and describes each packet in the same words", async ({ page, aquarium }) => {
    test.skip(!hasTshark, "THERE IS NO tshark ON THE PATH: what it makes of a saved capture was not looked at");
    const { path } = await save(page, aquarium);
    // By custom columns: the names of the fields of built-in ones depend on the version.
    const columns = 'gui.column.format:"Protocol","%p","Info","%i"';
    const { stdout } = await promisify(execFile)("tshark", ["-2", "-r", path, "-o", columns]);
    const lines = stdout.trimEnd().split("\n").map((line) => line.trim().replace(/\s+/g, " "));
    expect(lines.length).toBe(await packets(aquarium));
    // At the live edge, where the page has as many packets as tshark.
    for (const [place, line] of lines.entries()) {
      const [, , , , , protocol, , info] = await aquarium.cells(aquarium.packet(place + 1));
      expect(line).toBe(`${protocol} ${info}`.replace(/\s+/g, " "));
    }
  });

  test("a saved capture can be opened again, and has the same packets", async ({ page, aquarium }) => {
    const { path } = await save(page, aquarium);
    const before = await rows(aquarium);
    expect(before.length).toBe(await packets(aquarium));
    await open(page, "again.pcapng", await readFile(path));
    await expect(count(page)).toHaveText(`again.pcapng: ${before.length} packets`);
    await expect.poll(async () => (await rows(aquarium)).map((cells) => cells.slice(0, -1))).toEqual(before.map((cells) => cells.slice(0, -1)));
  });

  test("in a saved capture that is opened again, requests are matched with replies as in the network", async ({ page, aquarium }) => {
    const { path } = await save(page, aquarium);
    const before = await rows(aquarium);
    await open(page, "again.pcapng", await readFile(path));
    await expect(count(page)).toHaveText(/^again/);
    await expect.poll(() => rows(aquarium)).toEqual(before);
  });
});

test("a capture from another program is dissected like the network's own frames, and the network waits behind it", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const history = await aquarium.playToTheEnd();
  await aquarium.instrument("Packets");
  const ours = await count(page).textContent();
  const file = pcap([arpRequest(1, 2), dnsQuery(1, 2, 0x1234, "aquarium.example")]);
  await open(page, "lan.pcap", file);
  await expect(count(page)).toHaveText("lan.pcap: 2 packets");
  await expect(aquarium.packet(1)).toContainText("Who has 10.0.0.2? Tell 10.0.0.1");
  const dns = await aquarium.cells(aquarium.packet(2));
  expect(dns.slice(3)).toEqual(["10.0.0.1", "10.0.0.2", "DNS", "76", "Standard query 0x1234 A aquarium.example"]);
  await expect(aquarium.button("Save capture"), "an opened capture is a file already").toBeHidden();

  await aquarium.packet(2).click();
  await aquarium.pane("Inspect");
  for (const layer of ["Ethernet", "IPv4", "UDP", "DNS"]) await expect(aquarium.inspector.locator("summary").filter({ hasText: layer }).first()).toBeVisible();
  await expect(aquarium.inspector.getByText("Standard query 0x1234 A aquarium.example").first()).toBeVisible();
  await aquarium.filter.fill("dns.qry.name contains \"aquarium\"");
  await expect(count(page)).toHaveText("lan.pcap: 1 packet");
  await aquarium.filter.fill("");

  await aquarium.button("Back to the network").click();
  await expect(count(page)).toHaveText(ours);
  await expect(aquarium.hash).toHaveText(history);
  await expect(aquarium.button("Save capture")).toBeVisible();
});

test("a capture dropped onto the page is opened", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  const file = pcap([arpRequest(1, 2)]);
  await page.evaluate((bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], "dropped.pcap"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, [...file]);
  await expect(aquarium.packet(1)).toContainText("Who has 10.0.0.2?");
});

test("a file that is no capture, or a truncated one, is reported, and nothing is lost", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const history = await aquarium.playToTheEnd();
  await aquarium.instrument("Packets");
  const ours = await count(page).textContent();
  const whole = pcap([arpRequest(1, 2), arpRequest(2, 1), arpRequest(1, 3)]);
  // A length of four gigabytes where there are forty bytes.
  const hostile = Buffer.from(whole);
  hostile.writeUInt32LE(0xffff_fff0, 24 + 8);

  for (const [name, bytes, says] of [
    ["text.pcap", Buffer.from("These are no packets at all, whatever the name says."), /“text\.pcap” cannot be opened: the file is no capture/],
    ["empty.pcapng", Buffer.alloc(0), /“empty\.pcapng” cannot be opened: /],
    ["packed.pcap", Buffer.from("1f8b0800000000000003", "hex"), /“packed\.pcap” cannot be opened: the file is compressed/],
  ]) {
    await open(page, name, bytes);
    await expect(aquarium.messages).toContainText(says);
    await expect(count(page)).toHaveText(ours);
  }

  await open(page, "hostile.pcap", hostile);
  await expect(aquarium.messages).toContainText(/packet/i);
  await open(page, "cut.pcap", whole.subarray(0, whole.length - 10));
  await expect(count(page)).toHaveText("cut.pcap: 2 packets");
  await expect(aquarium.packet(2)).toContainText("Who has 10.0.0.1? Tell 10.0.0.2");
  await aquarium.button("Back to the network").click();
  await expect(count(page)).toHaveText(ours);
  await expect(aquarium.hash).toHaveText(history);
});

test("the stage shows who spoke with whom in an opened capture, and the sequence view its packets", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  await aquarium.instrument("Packets");
  await open(page, "name.pcap", pcap([dnsQuery(1, 53, 7, "example.com"), arpRequest(1, 9), dnsQuery(1, 53, 8, "example.org")]));
  const stage = page.getByRole("region", { name: "Opened capture: name.pcap" });
  await expect(stage).toContainText("3 packets within");
  await expect(aquarium.canvas, "the network has nothing to do with it").toBeHidden();
  await aquarium.packet(1).click();
  await expect(stage.locator(".passing")).toContainText("DNS");
  await aquarium.instrument("Sequence");
  await expect(page.getByRole("listbox", { name: "Frames in order of time" }).getByRole("option")).toHaveCount(3);
  await stage.getByRole("button", { name: /^10\.0\.0\.1 and 10\.0\.0\.53: 2.packets/ }).press("Enter");
  await expect(page.getByRole("listbox", { name: "Frames in order of time" }).getByRole("option")).toHaveCount(2);
  await stage.getByRole("button", { name: "Close the capture" }).click();
  await expect(stage).toBeHidden();
  await expect(aquarium.canvas).toBeVisible();
});
