import { expect, fragment, openTab, QUIET, test } from "../aquarium.js";

const text = (page) => page.getByRole("textbox", { name: "Text" });

async function documentOf(page) {
  await openTab(page, "Document");
  return JSON.parse(await text(page).inputValue());
}

async function edit(aquarium) {
  await aquarium.button("Edit").click();
  await expect(aquarium.page.getByRole("group", { name: "Editor" })).toBeVisible();
}

const EMPTY = { packetarium: 1, title: "Mine", nodes: [], links: [] };
/** It cannot run: the gateway of b is in none of its networks. */
const UNABLE = {
  packetarium: 1,
  nodes: [
    { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
    { id: "b", kind: "host", addresses: ["10.0.0.2/24"], gateway: "10.9.9.9" },
  ],
  links: [{ ends: ["a", "b"] }],
};

test("two hosts and a switch are drawn with the keyboard alone, and a ping crosses them", async ({ page, aquarium }) => {
  await aquarium.open(EMPTY);
  const press = async (locator, key = "Enter") => {
    await locator.focus();
    await page.keyboard.press(key);
  };
  await press(aquarium.button("Edit"));
  for (const what of ["Add a host", "Add a switch", "Add a host"]) await press(aquarium.button(what));
  // The node that was added last is selected.
  const connect = async (name) => {
    await page.getByRole("combobox", { name: "Connect to" }).focus();
    await page.keyboard.type(name);
    await press(aquarium.button("Connect"));
  };
  await connect("s1");
  await press(page.getByRole("button", { name: "← All nodes and links" }));
  await press(page.getByRole("button", { name: /^Host h1/ }));
  await connect("s1");
  await expect(page.getByText("Now: 2 hosts and 1 switch, 2 cables.")).toBeAttached();
  await press(aquarium.button("Done"));
  await press(page.getByRole("tab", { name: "Inspect" }), "ArrowLeft");
  await press(aquarium.speed, "End");
  await press(page.getByRole("button", { name: "Start ping" }));
  await expect(aquarium.run("Ping h1 → h2")).toContainText(/done.*Answered4/);
});

/** The points at which the pointer can drag something, row by row. */
const handholds = (canvas) =>
  canvas.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const found = [];
    for (let y = top + 10; y < top + height; y += 6) {
      for (let x = left + 10; x < left + width; x += 6) {
        element.dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y, pointerType: "mouse" }));
        if (element.style.cursor === "pointer") found.push({ x, y });
      }
    }
    return found;
  });

test("a node is dragged to its place, and a cable is pulled out of its handle to another", async ({ page, aquarium }) => {
  await aquarium.open(EMPTY);
  await edit(aquarium);
  await aquarium.button("Add a host").click();
  await aquarium.button("Add a switch").click();
  const before = await documentOf(page);
  const at = (document, id) => document.nodes.find((node) => node.id === id).at;
  expect(at(before, "s1")[1], "switches stand above hosts").toBeLessThan(at(before, "h1")[1]);
  await aquarium.atRest();
  const found = await handholds(aquarium.canvas);
  const [top, bottom] = [found[0].y, found.at(-1).y];
  const [upper, lower] = [found.filter(({ y }) => y < (top + bottom) / 2), found.filter(({ y }) => y > (top + bottom) / 2)];
  const middle = (list) => {
    const mean = (key) => list.reduce((sum, place) => sum + place[key], 0) / list.length;
    return [mean("x"), mean("y")];
  };
  const drag = async (from, to) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 8 });
    await page.mouse.up();
  };
  const [x, y] = middle(lower);
  await drag([x, y], [x + 90, y]);
  const moved = await documentOf(page);
  expect(at(moved, "h1")[0]).toBeGreaterThan(at(before, "h1")[0]);
  expect(at(moved, "h1")[0] % 10, "on the grid").toBe(0);
  await page.keyboard.press("Control+z");
  expect(await documentOf(page)).toEqual(before);

  // The handle is at the node's upper right corner; it shows once the pointer is on the node.
  const first = Math.min(...lower.map((place) => place.y));
  const corner = Math.max(...lower.filter((place) => place.y === first).map((place) => place.x));
  await page.mouse.move(x, y);
  await drag([corner + 6, first - 6], middle(upper));
  await expect.poll(async () => (await documentOf(page)).links).toEqual([{ ends: ["h1", "s1"] }]);
});

test("a tool is dragged from the palette to its place", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await edit(aquarium);
  await aquarium.button("Add a switch").dragTo(aquarium.canvas, { targetPosition: { x: 500, y: 300 } });
  await aquarium.button("Add a router").dragTo(aquarium.canvas, { targetPosition: { x: 700, y: 300 } });
  const [left, right] = (await documentOf(page)).nodes.slice(-2);
  expect([left.kind, right.kind]).toEqual(["switch", "router"]);
  expect(right.at[0]).toBeGreaterThan(left.at[0]);
  expect(right.at[1]).toBe(left.at[1]);
});

test("several nodes are selected, aligned, copied and deleted", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await edit(aquarium);
  await page.getByRole("tab", { name: "Inspect" }).focus();
  await page.keyboard.press("Control+a");
  await aquarium.button("Align in a row").click();
  const row = await documentOf(page);
  expect(new Set(row.nodes.map((node) => node.at[1])).size).toBe(1);
  await page.getByRole("tab", { name: "Document" }).focus();
  for (const key of ["Control+a", "Control+c", "Control+v"]) await page.keyboard.press(key);
  const both = await documentOf(page);
  expect([both.nodes.length, both.links.length]).toEqual([8, 6]);
  const addresses = both.nodes.flatMap((node) => node.addresses ?? []);
  expect(new Set(addresses).size).toBe(addresses.length);
  // The copies are selected now.
  await page.getByRole("tab", { name: "Document" }).focus();
  await page.keyboard.press("Delete");
  expect(await documentOf(page)).toEqual(row);
});

test("every step is undone and redone", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await edit(aquarium);
  const start = await documentOf(page);
  await aquarium.button("Add a host").click();
  await aquarium.button("Duplicate").click();
  const ids = (document) => document.nodes.map(({ id }) => id).join();
  expect(ids(await documentOf(page))).toBe("a,b,c,s,h1,h2");
  await aquarium.button("Undo").click();
  await aquarium.button("Undo").click();
  expect(await documentOf(page)).toEqual(start);
  await expect(aquarium.button("Undo")).toBeDisabled();
  await page.getByRole("tab", { name: "Document" }).focus();
  await page.keyboard.press("Control+y");
  await page.keyboard.press("Control+y");
  expect(ids(await documentOf(page))).toBe("a,b,c,s,h1,h2");
});

test("settings are changed in their fields, and errors are shown at them", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await edit(aquarium);
  await openTab(page, "Inspect");
  await page.getByRole("button", { name: /^Host a/ }).click();
  const addresses = page.getByRole("textbox", { name: "Addresses" });
  await addresses.fill("10.0.0.300/24");
  await aquarium.button("Apply").click();
  await expect(addresses).toHaveAttribute("aria-invalid", "true");
  await expect(addresses).toHaveAccessibleDescription(/IP address/);
  await addresses.fill("10.0.0.77/24");
  await page.getByRole("textbox", { name: "Name" }).fill("Anna");
  await aquarium.button("Apply").click();
  const { nodes } = await documentOf(page);
  expect(nodes[0]).toMatchObject({ id: "a", name: "Anna", addresses: ["10.0.0.77/24"] });
});

test("problems are listed, lead to their place, and keep a broken network from running", async ({ page, aquarium }) => {
  await page.goto(`./#${fragment(UNABLE)}`);
  await aquarium.button("Show me").click();
  const problem = page.getByRole("listitem").filter({ hasText: "10.9.9.9" });
  await expect(problem).toContainText("cannot run");
  await problem.getByRole("button").first().click();
  await expect(page.getByRole("tabpanel", { name: "Inspect" })).toContainText("Host");
  await aquarium.button("Delete").first().click();
  await expect(aquarium.button("Show me")).toBeHidden();
});

test("a cable of a running network is pulled and put back, and the losses are seen", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.speed.fill("18");
  await aquarium.start("Ping", { "Echo requests": "6", Interval: "500ms" });
  await edit(aquarium);
  await openTab(page, "Inspect");
  const back = page.getByRole("button", { name: "← All nodes and links" });
  const link = page.getByRole("button", { name: /^Link a – s/ });
  await expect(back.or(link).first()).toBeVisible();
  if (await back.isVisible()) await back.click();
  await link.click();
  await aquarium.button("Pull the cable").click();
  await aquarium.button("Done").click();
  await expect(aquarium.timer).toHaveText(/^[1-9]/);
  await edit(aquarium);
  await aquarium.button("Plug the cable in").click();
  await aquarium.button("Done").click();
  await expect(page.getByRole("tabpanel", { name: "Inspect" })).toContainText(/cable pulled/);
  // A share link without these edits is not offered.
  await aquarium.button("Share").click();
  await expect(aquarium.dialog).toContainText("The network was changed while it ran");
});

test("an edit that a running network cannot take asks before the network starts again", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.atFullSpeed();
  await aquarium.start("Ping");
  await expect(aquarium.run("Ping a → b")).toContainText("done");
  await edit(aquarium);
  await openTab(page, "Inspect");
  await page.getByRole("button", { name: /^Host c/ }).click();
  await aquarium.button("Delete").first().click();
  await expect(aquarium.dialog.getByRole("heading", { name: "Start again?" })).toBeVisible();
  await aquarium.button("Cancel").click();
  expect((await documentOf(page)).nodes).toHaveLength(4);
  await openTab(page, "Inspect");
  await aquarium.button("Delete").first().click();
  await aquarium.button("Change it and restart").click();
  await expect(aquarium.timer).toHaveText(/^0\.000\s000$/);
  expect((await documentOf(page)).nodes).toHaveLength(3);
});

test("text and drawing show the same document, and a wrong text loses nothing", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await edit(aquarium);
  const document = await documentOf(page);
  document.title = "Typed";
  document.nodes.push({ id: "z", kind: "host", addresses: ["10.0.0.9/24"] });
  await text(page).fill(JSON.stringify(document));
  await expect(aquarium.title("Typed")).toBeVisible();
  await text(page).fill(JSON.stringify(document).replace("10.0.0.9/24", "10.0.0.9"));
  await expect(page.getByRole("status").filter({ hasText: "Not applied" })).toBeVisible();
  await expect(page.getByText("nodes[4].addresses[0]")).toBeVisible();
  await expect(aquarium.title("Typed")).toBeVisible();
});

test("a document is saved as a file, and a file is opened or refused with a reason", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  const document = await documentOf(page);
  const download = page.waitForEvent("download");
  await aquarium.button("Save as a file").click();
  expect((await download).suggestedFilename()).toBe("a-quiet-network.json");
  const file = (name, content) => ({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  const chooser = page.getByLabel("Open a file");
  await chooser.setInputFiles(file("mine.json", JSON.stringify({ ...document, title: "From a file" })));
  await expect(aquarium.title("From a file")).toBeVisible();
  await chooser.setInputFiles(file("broken.json", "{"));
  await expect(text(page)).toHaveValue("{");
  await expect(page.getByRole("status").filter({ hasText: "Not applied" })).toBeVisible();
  await expect(aquarium.title("From a file")).toBeVisible();
});

test("a drawing survives a reload, even if it cannot run yet", async ({ page, aquarium }) => {
  await page.goto(`./#${fragment(UNABLE)}`);
  await aquarium.button("Add a host").click();
  await expect(aquarium.button("Show me")).toBeVisible();
  await page.reload();
  await expect(aquarium.button("Show me")).toBeVisible();
  expect((await documentOf(page)).nodes).toHaveLength(3);
});
