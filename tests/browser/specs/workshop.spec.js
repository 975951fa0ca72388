// The workshop: a lesson is written as a teacher would, by doing it, checked, previewed, and passed on as a link and as a folder.
import { readFile } from "node:fs/promises";
import { QUIET, expect, openTab, test } from "../aquarium.js";
import { violations } from "../axe.js";
import { pane, read, title } from "../lesson.js";
import { LONG } from "../patience.js";

/** Opens the workshop for the network that is open. */
async function enter(page, aquarium, network = QUIET) {
  await aquarium.open(network);
  await aquarium.button("Lessons").click();
  await aquarium.dialog.getByRole("button", { name: "Make a lesson of this network" }).click();
  await expect(pane(page)).toContainText("The workshop");
}

const press = (page, name) => pane(page).getByRole("button", { name, exact: true }).click();

async function ping(aquarium) {
  await aquarium.start("Ping", { From: "a", To: "b", "Echo requests": "1" });
  await aquarium.playToTheEnd();
}

test("a teacher writes a lesson by doing it, checks it, previews it, and passes on a link that a student solves", async ({ page, aquarium, context }) => {
  test.slow();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await enter(page, aquarium);
  await pane(page).getByLabel("Title of the lesson").fill("A first ping");
  await pane(page).getByText("About the lesson").click();
  await pane(page).getByLabel("What it is about, in a line").fill("One question, one answer.");
  await pane(page).getByLabel("The end: why is it so?").fill("So says [RFC 792](rfc:792).");
  await pane(page).getByLabel("Title of the step").fill("Ask b");
  await pane(page).getByLabel("Text, in Markdown").fill("Ping **b** from `a`.");
  await expect(pane(page).getByRole("group", { name: "As students see the text" }).getByText("b", { exact: true })).toHaveCSS("font-weight", /[67]00/);

  await press(page, "Record the solution");
  await expect(pane(page)).toContainText("Recording the solution");
  await ping(aquarium);
  await read(page);
  await press(page, "Stop recording");
  await expect(pane(page)).toContainText(/The solution has \d acts/);

  const results = pane(page).getByRole("list", { name: "Make a goal of what has ended" });
  await results.getByRole("button", { name: "The ping from a to b works." }).click();
  await expect(pane(page).getByRole("textbox", { name: /^Goal ping/ })).toHaveValue("The ping from a to b works.");
  await aquarium.instrument("Packets");
  await aquarium.packets.getByRole("row").filter({ hasText: "Echo (ping) reply" }).first().click();
  await read(page);
  const selected = pane(page).getByRole("list", { name: "Make a goal of what is selected" });
  await selected.getByRole("button", { name: "echo reply from b arrives at a." }).click();
  await expect(pane(page).getByRole("textbox", { name: /^Goal echo/ })).toHaveValue("echo reply from b arrives at a.");
  expect(await violations(page)).toEqual([]);

  await press(page, "Check the lesson");
  await expect(pane(page)).toContainText("Nothing is wrong.", LONG);
  await page.reload();
  await expect(pane(page).getByLabel("Title of the lesson")).toHaveValue("A first ping", LONG);

  await press(page, "Preview as a student");
  await expect(title(page, "Ask b")).toBeVisible(LONG);
  await expect(pane(page).getByRole("list", { name: "Goals" })).toContainText("To do");
  await press(page, "Back to the workshop");
  await expect(pane(page)).toContainText("The workshop");
  await press(page, "Copy the lesson's link");
  await expect(aquarium.messages).toContainText("Copied.");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("#lesson:");
  const downloading = page.waitForEvent("download");
  await press(page, "Save the folder");
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  const bytes = await readFile(await download.path());
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("PK\x03\x04");
  expect(bytes.toString("utf8")).toContain('"step.step-1.title": "Ask b"');

  await press(page, "Leave the workshop");
  await page.goto(link);
  await page.reload();
  await expect(title(page, "Ask b")).toBeVisible(LONG);
  await ping(aquarium);
  await read(page);
  await expect(title(page, "Solved. Why is it so?")).toBeVisible(LONG);
});

test("steps, undo, a wrong answer, what may be edited and what varies", async ({ page, aquarium }) => {
  test.slow();
  await enter(page, aquarium);
  await press(page, "Add a step");
  await expect(title(page, "2. Step 2").or(title(page, "Step 2"))).toBeVisible();
  await press(page, "Remove the step");
  await press(page, "Undo in the lesson");
  await expect(pane(page).getByRole("list").first().getByRole("button")).toHaveCount(2);
  await pane(page).getByText("Students may edit nothing").click();
  await pane(page).getByLabel("Settings of a", { exact: true }).check();
  await expect(pane(page)).toContainText("Students may edit some things: 1");
  await pane(page).getByText("Values that vary: 0").click();
  await pane(page).getByRole("button", { name: /^Vary the network/ }).click();
  await expect(pane(page)).toContainText("Values that vary: 1");
  await expect(pane(page)).toContainText("{lan}");
  await aquarium.start("Ping", { From: "a", To: "b", "Echo requests": "1" });
  await aquarium.playToTheEnd();
  await read(page);
  await pane(page).getByRole("button", { name: "The ping from a to b works." }).click();
  await press(page, "Record a wrong answer");
  await aquarium.start("Ping", { From: "b", To: "a", "Echo requests": "1" });
  await aquarium.playToTheEnd();
  await read(page);
  await press(page, "Stop recording");
  await expect(pane(page).getByRole("list", { name: "Wrong answers" })).toContainText("leaves open ping-a-1", LONG);
  expect(await violations(page)).toEqual([]);
});

test("a table row of the selected node becomes a goal, what was planned can be left out, and the draft comes back", async ({ page, aquarium }) => {
  await enter(page, aquarium, { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] });
  await aquarium.playToTheEnd();
  await aquarium.pane("Inspect");
  await aquarium.inspector.getByRole("button", { name: /^Switch ?s\b/ }).click();
  await openTab(page, "Lesson");
  const selected = pane(page).getByRole("list", { name: "Make a goal of what is selected" });
  await selected.getByRole("button", { name: "s has learned that a is behind its port to a." }).click();
  const goal = pane(page).getByRole("textbox", { name: /^Goal s-mac/ });
  await expect(goal).toBeVisible();
  await pane(page).getByText("The network of the lesson", { exact: true }).click();
  await pane(page).getByRole("button", { name: "Leave out the planned event" }).click();
  await expect(aquarium.nothingMoves).toBeVisible(LONG);
  await expect(pane(page)).toContainText("Runs and commands appear here when they have ended.");
  await press(page, "Leave the workshop");
  await expect(pane(page)).toBeHidden();
  await aquarium.button("Lessons").click();
  await aquarium.dialog.getByRole("button", { name: "Go on with “A quiet network”" }).click();
  await expect(goal).toBeVisible(LONG);
});
