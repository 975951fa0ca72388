// The Lesson pane and what a learner does in it. `page` is a page, or the frame locator of one within another.
import { expect, openTab } from "./aquarium.js";
import { LONG } from "./patience.js";

export const pane = (page) => page.getByRole("tabpanel", { name: "Lesson" });
export const title = (page, name) => pane(page).getByRole("heading", { name });

/** Opens a lesson of the course. Its values are those of this learner. */
export async function begin(page, aquarium, name, learner = "Ada") {
  await aquarium.open();
  await aquarium.button("Lessons").click();
  await aquarium.dialog.getByLabel("Your name").fill(learner);
  await aquarium.dialog.getByRole("button", { name }).click();
  await expect(aquarium.dialog).toBeHidden();
  await expect(pane(page)).toContainText("Step 1 of");
}

/** The Lesson pane: another one takes its place when something is selected. */
export async function read(page) {
  await openTab(page, "Lesson");
  return pane(page);
}

export async function answer(page, choice) {
  await pane(page).getByRole("radio", { name: choice }).check();
  await pane(page).getByRole("button", { name: "Check" }).click();
}

/** The form of one question. */
export const question = (page, asked) => pane(page).locator("form").filter({ hasText: asked });

/** Types the answer to a question, and waits for what the lesson says to it. */
export async function write(page, asked, answer, said = "Right.") {
  const form = question(page, asked);
  await form.getByRole("textbox", { name: asked }).fill(answer);
  await form.getByRole("button", { name: "Check" }).click();
  await expect(form.getByRole("status")).toContainText(said);
}

/** Marks answers to a question, and waits for what the lesson says to them. */
export async function choose(page, asked, choices, said = "Right.") {
  const form = question(page, asked);
  for (const choice of choices) await form.getByLabel(choice, { exact: true }).check();
  await form.getByRole("button", { name: "Check" }).click();
  await expect(form.getByRole("status")).toContainText(said);
}

/** Waits until time stands still, and marks the ports to these nodes. */
export const mark = (page, aquarium, asked, nodes) => predict(page, aquarium, asked, nodes.map((node) => `to ${node}`));

/** Waits until time stands still, and predicts this. */
export async function predict(page, aquarium, asked, choices) {
  const group = pane(page).locator(".prediction").filter({ hasText: asked });
  const form = group.locator("form");
  await expect(form.getByText("Your turn: time stands still.")).toBeVisible(LONG);
  await expect(aquarium.button("Play")).toBeVisible();
  for (const choice of choices) await form.getByLabel(choice, { exact: true }).check();
  await form.getByRole("button", { name: "Predict and go on" }).click();
  await expect(group).toContainText("It was:", LONG);
  return group;
}

/** The command lines in a hint, which unfolds if it is not open. */
export async function hinted(page, number) {
  const hint = pane(page).getByRole("group").filter({ hasText: `Hint ${number}` });
  const lines = hint.getByRole("code");
  if (!(await lines.first().isVisible())) await hint.getByText(`Hint ${number}`).click();
  await expect(lines.first()).toBeVisible();
  return lines.allTextContents();
}

/** Types lines in the console of a host, each after the one before has ended. */
export async function command(page, host, ...lines) {
  await openTab(page, "Console");
  await page.getByRole("combobox", { name: "Node", exact: true }).selectOption(host);
  for (const line of lines) {
    const field = page.getByRole("textbox", { name: `Command on ${host}`, exact: true });
    await field.fill(line, LONG);
    await field.press("Enter");
  }
  return page.getByRole("log", { name: `Console of ${host}` });
}

/** All goals of the step are fulfilled. */
export async function done(page) {
  const goals = pane(page).getByRole("list", { name: "Goals" });
  await goals.getByRole("listitem").first().waitFor();
  for (const goal of await goals.getByRole("listitem").all()) await expect(goal).toContainText("Done", LONG);
}

export const solved = (page) => expect(pane(page).getByRole("heading", { name: "Solved. Why is it so?" })).toBeVisible(LONG);

export const next = (page) => pane(page).getByRole("button", { name: "Next" }).click();
