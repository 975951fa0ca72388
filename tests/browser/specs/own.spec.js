import { readFile } from "node:fs/promises";
import { expect, fragment, openTab, QUIET, test } from "../aquarium.js";

const nameOf = (title) => new RegExp(`^${title}`);

async function yours(aquarium) {
  await aquarium.button("Examples").click();
  return aquarium.dialog.getByRole("listitem").filter({ has: aquarium.page.getByRole("button", { name: /^Delete / }) });
}

test("a changed scenario is kept among the user's own, and can be opened and deleted", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, title: "First" });
  await expect(await yours(aquarium)).toHaveCount(0);
  await aquarium.dismiss();
  await aquarium.start("Ping");
  await aquarium.openExample("A link that loses frames: TCP sends again");
  const kept = await yours(aquarium);
  await expect(kept).toHaveCount(1);
  await kept.getByRole("button", { name: nameOf("First") }).click();
  await expect(aquarium.title("First")).toBeVisible();
  await expect(aquarium.run("Ping a → b")).toBeVisible();
  await (await yours(aquarium)).getByRole("button", { name: "Delete First" }).click();
  await expect(kept).toHaveCount(0);
});

test("opening another scenario by mistake can be undone", async ({ aquarium }) => {
  await aquarium.open({ ...QUIET, title: "Mine" });
  await aquarium.button("Edit").click();
  await aquarium.button("Add a host").click();
  await aquarium.openExample("A link that loses frames: TCP sends again");
  await expect(aquarium.timer).toHaveText(/[1-9]/);
  await aquarium.button("Undo").click();
  await aquarium.button("Change it and restart").click();
  await expect(aquarium.title("Mine")).toBeVisible();
});

test("two tabs keep their scenarios apart", async ({ context, page, aquarium }) => {
  await page.goto(`./#${fragment({ ...QUIET, title: "In one tab" })}`);
  await aquarium.start("Ping");
  const other = await context.newPage();
  await other.goto(`./#${fragment({ ...QUIET, title: "In the other" })}`);
  await expect(other.getByRole("heading", { name: "In the other" })).toBeVisible();
  await other.getByRole("button", { name: "Edit", exact: true }).click();
  await other.getByRole("button", { name: "Add a host" }).click();
  await page.reload();
  await expect(aquarium.title("In one tab")).toBeVisible();
  await expect(await yours(aquarium)).toHaveCount(2);
});

test("when the storage is full, the page reports it and goes on", async ({ page, aquarium }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await aquarium.open(QUIET);
  await aquarium.start("Ping");
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("no room to keep this");
  await aquarium.atFullSpeed();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
});

test("a share link is available as a QR code and as an embed for a course page", async ({ aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.button("Share").click();
  await aquarium.dialog.getByText("As a QR code").click();
  await expect(aquarium.dialog.getByRole("img", { name: "QR code" })).toBeVisible();
  await aquarium.dialog.getByText("In a course page").click();
  const link = await aquarium.dialog.getByLabel("Link", { exact: true }).inputValue();
  const [, payload] = link.split("#");
  await expect(aquarium.dialog.getByLabel("HTML for the course page")).toHaveValue(new RegExp(`^<iframe src=".*\\?embed&amp;.*#${payload}"`));
});

test("the drawing is saved as a picture, copied, and printed without controls", async ({ aquarium, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await aquarium.open(QUIET);
  await aquarium.button("Share").click();
  await aquarium.dialog.getByText("As a picture").click();
  const saved = page.waitForEvent("download");
  await aquarium.dialog.getByRole("button", { name: "Save picture" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("a-quiet-network.png");
  const { width, height } = await aquarium.canvas.evaluate(({ width, height }) => ({ width, height }));
  const bytes = await readFile(await file.path());
  expect([...bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([width, height]);
  await aquarium.dialog.getByRole("button", { name: "Copy picture" }).click();
  await expect(page.getByText("The picture is on your clipboard.")).toBeVisible();
  const types = () => page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types));
  expect(await types()).toContain("image/png");
  await aquarium.dismiss();
  await page.emulateMedia({ media: "print" });
  await expect(aquarium.canvas).toBeVisible();
  for (const control of [aquarium.button("Share"), aquarium.button("Edit"), aquarium.timeline]) await expect(control).toBeHidden();
});

test("the drawing is saved as a vector graphic: shapes and texts, complete in one file", async ({ aquarium, page, browser }) => {
  await aquarium.open({ ...QUIET, nodes: QUIET.nodes.map((node) => (node.id === "a" ? { ...node, name: "A < B & C", icon: "laptop" } : node)) });
  await aquarium.button("Share").click();
  await aquarium.dialog.getByText("As a picture").click();
  const saved = page.waitForEvent("download");
  await aquarium.dialog.getByRole("button", { name: "Save as SVG" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("a-quiet-network.svg");
  const svg = (await readFile(await file.path())).toString();
  expect(svg).not.toMatch(/NaN|undefined|<image/);
  const size = await aquarium.canvas.evaluate(({ clientWidth, clientHeight }) => [clientWidth, clientHeight].map(String));
  const alone = await browser.newPage();
  await alone.goto(`data:image/svg+xml,${encodeURIComponent(svg)}`);
  const seen = await alone.evaluate(() => {
    const root = document.documentElement;
    const texts = [...root.querySelectorAll("text")].map((text) => text.textContent);
    return { name: root.localName, size: [root.getAttribute("width"), root.getAttribute("height")], texts, paths: root.querySelectorAll("path").length };
  });
  await alone.close();
  expect(seen.name).toBe("svg");
  expect(seen.size).toEqual(size);
  for (const text of ["A < B & C", "10.0.0.1/24", "b", "c", "s"]) expect(seen.texts).toContain(text);
  expect(seen.paths, "nodes, cables and ports").toBeGreaterThan(20);
});

test("one lab has other values for each student", async ({ page, aquarium }) => {
  await page.goto(`./#${fragment(QUIET)}&set=nodes.a.addresses:10.0.0.77/24&set=title:Lab%20of%20Ada&seed=ada`);
  await expect(aquarium.title("Lab of Ada")).toBeVisible();
  await openTab(page, "Document");
  const { nodes, seed } = JSON.parse(await page.getByRole("textbox", { name: "Text" }).inputValue());
  expect([nodes[0].addresses, seed]).toEqual([["10.0.0.77/24"], 8237968819781679]);
});
