// Lessons: opened from the course, played by accessible names alone, judged on what happens, handed in and graded.
import { expect, test } from "../aquarium.js";
import { violations } from "../axe.js";
import { answer, begin, mark, next, pane, title } from "../lesson.js";
import { LONG } from "../patience.js";

test("lesson 2 is played by names alone: a wrong answer, predictions, goals, the reason, and the link for the teacher", async ({ page, aquarium, context }) => {
  test.slow();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await begin(page, aquarium, /^Be the switch/);
  await expect(title(page, "Four cables, one box")).toBeVisible();
  await answer(page, "All four hosts. It can see who is plugged in.");
  await expect(pane(page).getByRole("status")).toContainText("A cable carries no name.");
  await answer(page, "Nothing. It is empty.");
  await expect(pane(page).getByRole("status")).toContainText("Right.");
  await next(page);
  await aquarium.button("Play").click();
  const wrong = await mark(page, aquarium, "will a's question leave?", ["b"]);
  await expect(wrong).toContainText("Not so.");
  await expect(wrong).toContainText("You said: b. It was: b, c, d.");
  await pane(page).getByRole("button", { name: "Begin the network again" }).click();
  const right = await mark(page, aquarium, "will a's question leave?", ["b", "c", "d"]);
  await expect(right).toContainText("Right.");
  await expect(pane(page).getByRole("list", { name: "Goals" })).toContainText("Done");
  await next(page);
  await mark(page, aquarium, "will b's answer leave?", ["a"]);
  await next(page);
  await mark(page, aquarium, "will a's ping leave?", ["b"]);
  await next(page);
  await mark(page, aquarium, "will c's question leave?", ["a", "b", "d"]);
  await mark(page, aquarium, "will a's answer leave?", ["c"]);
  await next(page);
  await expect(title(page, "Make it know everyone")).toBeVisible();
  await expect(pane(page).getByRole("list", { name: "Goals" })).toContainText("To do");
  await aquarium.start("Ping", { From: "d", To: "a", "Echo requests": "1" });
  await aquarium.playToTheEnd();
  await page.getByRole("tab", { name: "Lesson", exact: true }).click();
  await answer(page, "From the source address of the frames that arrive.");
  await expect(pane(page).getByRole("heading", { name: "Solved. Why is it so?" })).toBeVisible(LONG);
  await expect(pane(page).getByRole("link", { name: "RFC 826" })).toHaveAttribute("href", /rfc826$/);
  await pane(page).getByLabel("Your name").fill("Ada");
  await pane(page).getByRole("button", { name: "Copy the link for your teacher" }).click();
  await expect(aquarium.messages).toContainText("Its code is ");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("#result:");
  expect(await violations(page)).toEqual([]);

  await aquarium.button("Lessons").click();
  await expect(aquarium.dialog.getByRole("button", { name: /^Be the switch.*Solved/ })).toBeVisible();
  await aquarium.dialog.getByText("For teachers: grade what was handed in").click();
  await aquarium.dialog.getByLabel("Links").fill(`${link}\n${link}`);
  await aquarium.dialog.getByRole("button", { name: "Grade 2" }).click();
  const rows = aquarium.dialog.getByRole("row");
  await expect(rows).toHaveCount(3, LONG);
  await expect(rows.nth(1)).toContainText("Ada");
  await expect(rows.nth(1)).toContainText("6 of 6");
  await expect(rows.nth(2)).toContainText("Equal to what Ada has handed in.");
  expect(await violations(page)).toEqual([]);
});

test("what is chosen stays chosen while time passes", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Be the switch/);
  const choice = pane(page).getByRole("radio", { name: "The IP addresses of the four hosts." });
  await choice.check();
  await aquarium.button("Play").click();
  await expect.poll(() => aquarium.moment(), LONG).toBeGreaterThan(1);
  await expect(choice).toBeChecked();
});

test("a term is explained on focus, and a hint unfolds", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Be the switch/);
  const term = pane(page).getByRole("button", { name: "switch", exact: true });
  await term.focus();
  const explained = pane(page).getByRole("tooltip").first();
  await expect(explained).toBeVisible();
  await expect(term).toHaveAccessibleDescription(/\w{3,}/);
  await pane(page).getByRole("button", { name: /Next|Skip/ }).click();
  await pane(page).getByText("Hint 1").click();
  await expect(pane(page)).toContainText("That is not one host. It is all of them.");
});

test("a reload goes on with the lesson at its step, and its end leaves the network", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Be the switch/);
  await pane(page).getByRole("button", { name: /Skip/ }).click();
  await expect(title(page, "A frame for everyone")).toBeVisible();
  await aquarium.button("Play").click();
  await expect(pane(page).getByText("Your turn: time stands still.")).toBeVisible(LONG);
  await page.reload();
  await expect(title(page, "A frame for everyone")).toBeVisible(LONG);
  await expect(pane(page).getByText("Your turn: time stands still.")).toBeVisible(LONG);
  await pane(page).getByRole("button", { name: "End the lesson" }).click();
  await expect(page.getByRole("tab", { name: "Lesson", exact: true })).toBeHidden();
  await expect(aquarium.title("Be the switch")).toBeVisible();
  await page.reload();
  await expect(aquarium.title("Be the switch")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Lesson", exact: true })).toBeHidden();
});

test("a step shows its tools alone, and an edit that the lesson does not allow is undone", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^The gateway/);
  const tab = (name) => page.getByRole("tab", { name, exact: true });
  await expect(tab("Inspect")).toBeVisible();
  for (const name of ["Packets", "Console", "Runs", "Document"]) await expect(tab(name)).toBeHidden();
  await expect(aquarium.button("Edit")).toBeHidden();
  await page.keyboard.press("d");
  await expect(aquarium.messages).toContainText("There is nothing to edit in this step of the lesson.");
  for (let step = 0; step < 3; step++) await pane(page).getByRole("button", { name: /Next|Skip/ }).click();
  for (const name of ["Packets", "Console", "Runs"]) await expect(tab(name)).toBeVisible();
  await expect(tab("Graphs")).toBeHidden();
  await aquarium.button("Edit").click();
  await aquarium.canvas.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await expect(aquarium.messages).toContainText("The change is undone.");
  await expect(pane(page)).toContainText("Step 4 of");
  await aquarium.instrument("Packets");
  for (let step = 0; step < 3; step++) await pane(page).getByRole("button", { name: "Back", exact: true }).click();
  await expect(aquarium.packets, "closed by a step that does not show it").toBeHidden();
});

test("the lesson stays beside a host that is selected, and its card offers what the step shows", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^The gateway/);
  await expect(pane(page).getByRole("heading", { level: 2 }), "reading begins there").toBeFocused();
  const card = page.getByRole("group", { name: "laptop", exact: true });
  const { x, y, width, height } = await aquarium.canvas.boundingBox();
  search: for (let down = 60; down < height; down += 40)
    for (let along = 30; along < width; along += 40) {
      await page.mouse.click(x + along, y + down);
      if (await card.isVisible()) break search;
    }
  await expect(card).toBeVisible();
  await expect(pane(page)).toContainText("Step 1 of");
  await expect(card.getByRole("button", { name: "Console" })).toBeHidden();
  await card.getByRole("button", { name: "Inspect laptop" }).click();
  await expect(aquarium.inspector).toBeVisible();
});

test("a cable that the lesson keeps cannot be pulled in the Inspect pane either", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^The gateway/);
  await aquarium.pane("Inspect");
  await aquarium.inspector.getByRole("button", { name: /s1 – r1/ }).click();
  await aquarium.inspector.getByRole("button", { name: /^Pull/ }).click();
  await expect(aquarium.messages).toContainText("The change is undone.");
  await expect(aquarium.inspector.getByRole("button", { name: /^Pull/ })).toBeVisible();
});

test("a hunt says neither what is wrong nor why a run fails", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Hunt: the office/);
  await expect(page.getByRole("tab", { name: "Document", exact: true })).toBeHidden();
  await aquarium.button("Play").click();
  await expect.poll(() => aquarium.moment(), LONG).toBeGreaterThan(5);
  await expect(page.getByRole("button", { name: "Why?" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Edit", exact: true })).toBeVisible();
});

test("a link to a lesson that is cut off says so, and the page works", async ({ page, aquarium }) => {
  await page.goto("./#lesson:2:abc");
  await expect(aquarium.dialog).toHaveAccessibleName("This lesson cannot be opened", LONG);
  await aquarium.dismiss();
  await expect(aquarium.canvas).toBeVisible();
});

test("progress is taken along as a file", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.button("Lessons").click();
  await aquarium.dialog.getByLabel("Your name").fill("Grace");
  const [download] = await Promise.all([page.waitForEvent("download"), aquarium.dialog.getByRole("button", { name: "Save as a file" }).click()]);
  const path = await download.path();
  await page.evaluate(() => localStorage.removeItem("packetarium.course.1"));
  await aquarium.dismiss();
  await aquarium.button("Lessons").click();
  await expect(aquarium.dialog.getByLabel("Your name")).toHaveValue("");
  await aquarium.dialog.getByLabel("Load a file").setInputFiles(path);
  await expect(aquarium.dialog.getByLabel("Your name")).toHaveValue("Grace");
});
