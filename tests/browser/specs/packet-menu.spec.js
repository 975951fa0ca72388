// What can be done with a packet of the list, with the mouse, by touch and with the keyboard: read its conversation, filter, mark,
// count times, copy; and finding a text.
import { readFile } from "node:fs/promises";
import { pcap, udp } from "../captures.js";
import { violations } from "../axe.js";
import { QUIET, expect, test } from "../aquarium.js";

const ECHOING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2, interval: "100ms" } }, { at: "500ms", echo: { from: "b", to: "a" } }] };

const menu = (page) => page.getByRole("menu", { name: /^Packet \d+$/ });
const item = (page, name) => menu(page).getByRole("menuitem", { name });
const row = (aquarium, name) => aquarium.packets.getByRole("row", { name }).first();
const time = async (aquarium, row) => (await aquarium.cells(row))[1];

test.beforeEach(async ({ page, aquarium }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await aquarium.open(ECHOING);
  await aquarium.playToTheEnd();
  await aquarium.instrument("Packets");
});

test("a connection is read as text, whole or one end of it, and saved", async ({ page, aquarium }) => {
  await row(aquarium, /\[SYN\]/).click({ button: "right" });
  await item(page, "Read the conversation").click();
  const dialog = page.getByRole("dialog", { name: "TCP connection 0" });
  await expect(dialog).toBeVisible();
  const said = dialog.getByRole("group", { name: "What was said" });
  await expect(said.locator("pre")).not.toHaveCount(0);
  const both = await said.locator("pre").allTextContents();
  expect(both.some((text) => text.startsWith("The second end: "))).toBe(true);
  expect(await violations(page, "light")).toEqual([]);
  await dialog.getByRole("button", { name: /^10\.0\.0\.1:7, / }).click();
  await expect(said.getByText("The first end: ")).toHaveCount(0);
  const saving = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("tcp-connection-0.txt");
  const words = (text) => text.replace("The second end: ", "");
  expect(await readFile(await download.path(), "utf8")).toBe((await said.locator("pre").allTextContents()).map(words).join(""));
  await dialog.getByRole("button", { name: "Show only its packets" }).click();
  await expect(aquarium.filter).toHaveValue("tcp.stream == 0");
  await expect(dialog).toBeHidden();
});

test("the menu opens with the keyboard, goes around, and gives the focus back", async ({ page, aquarium }) => {
  await aquarium.packets.press("Home");
  await aquarium.packets.press("ArrowDown");
  await aquarium.packets.press("Shift+F10");
  await expect(menu(page)).toBeVisible();
  const entries = menu(page).getByRole("menuitem");
  await expect(entries.first()).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(entries.last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(entries.first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu(page)).toBeHidden();
  await expect(aquarium.packets).toBeFocused();

  await aquarium.button("Packet …").click();
  expect(await violations(page, "light")).toEqual([]);
  await item(page, "Show only this conversation").focus();
  await page.keyboard.press("Enter");
  await expect(menu(page)).toBeHidden();
  await expect(aquarium.filter).not.toHaveValue("");
});

test("packets are marked, gone to, and times count from one of them", async ({ page, aquarium }) => {
  const [request, reply] = [row(aquarium, /Echo \(ping\) request/), row(aquarium, /Echo \(ping\) reply/)];
  await reply.click({ button: "right" });
  await item(page, "Mark").click();
  await expect(reply).toHaveAccessibleName(/Marked: \d/);
  await row(aquarium, /\[SYN\]/).click({ button: "right" });
  await item(page, "Go to the next marked packet").click();
  await expect(reply).toHaveAttribute("aria-selected", "true");

  await reply.click({ button: "right" });
  await item(page, "Count times from here").click();
  await expect(reply).toContainText("0.000 000");
  expect(await time(aquarium, request)).toMatch(/^−0\.00/);
  await reply.click({ button: "right" });
  await item(page, "Count times from the start again").click();
  expect(await time(aquarium, request)).toMatch(/^0\.00/);
  await reply.click({ button: "right" });
  await item(page, /^Go to packet \d+, which it answers$/).click();
  await expect(request).toHaveAttribute("aria-selected", "true");
});

test("a text is found, the next one and the one before, and around the end", async ({ page, aquarium }) => {
  const selected = aquarium.packets.getByRole("row", { selected: true });
  await aquarium.packets.press("Home");
  await aquarium.packets.press("Control+f");
  const field = page.getByRole("searchbox", { name: "Find text" });
  await expect(field).toBeFocused();
  await field.fill("ping");
  await field.press("Enter");
  await expect(selected).toContainText("Echo (ping) request");
  await field.press("Enter");
  await expect(selected).toContainText("Echo (ping) reply");
  await field.press("Shift+Enter");
  await expect(selected).toContainText("Echo (ping) request");
  await field.fill("no such words");
  await field.press("Enter");
  await expect(page.getByText("No line has this text.")).toBeVisible();
  await field.press("Escape");
  await expect(field).toBeHidden();
  await expect(aquarium.packets).toBeFocused();
});

test("in an opened capture the same can be done", async ({ page, aquarium }) => {
  const buffer = pcap(["Hello there", "General Kenobi"].map((text) => udp(1, 2, [4000, 9], Buffer.from(text))));
  await page.getByLabel("Open capture").setInputFiles({ name: "words.pcap", mimeType: "", buffer });
  await expect(aquarium.packet(1)).toBeVisible();
  await aquarium.packet(2).click({ button: "right" });
  await item(page, "Read the conversation").click();
  await expect(page.getByRole("group", { name: "What was said" })).toContainText("Hello there");
  await aquarium.dismiss();
  await aquarium.packet(2).click({ button: "right" });
  await item(page, "Mark").click();
  await expect(aquarium.packet(2)).toHaveAccessibleName(/Marked: 2/);
});

test("by touch, a long press or the bar opens it", async ({ page, aquarium }) => {
  await aquarium.packet(1).click();
  await aquarium.packet(1).dispatchEvent("contextmenu", { clientX: 200, clientY: 500, bubbles: true, cancelable: true });
  await expect(menu(page)).toBeVisible();
  const { x, y, width, height } = await menu(page).boundingBox();
  const size = page.viewportSize();
  expect(x >= 0 && y >= 0 && x + width <= size.width && y + height <= size.height, "all of it is in the window").toBe(true);
  // A press beside it closes it.
  await aquarium.filter.focus();
  await expect(menu(page)).toBeHidden();
});
