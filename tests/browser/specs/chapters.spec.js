// The story of a scenario: its chapters as captions, as flags on the time line, by buttons and by keys.
import { expect, test } from "../aquarium.js";

const STORY = {
  packetarium: 1,
  title: "A story",
  nodes: ["a", "b"].map((id, n) => ({ id, kind: "host", addresses: [`10.0.0.${n + 1}/24`] })),
  links: [{ ends: ["a", "b"] }],
  runs: [{ ping: { from: "a", to: "b", count: 3 } }],
  changes: [{ at: "1500ms", link: { ends: ["a", "b"], impair: [{ down: true }] } }],
  chapters: [
    { on: { frame: "arp-request" }, title: "A question", text: "Host a looks for host b." },
    { on: { frame: "echo-request" }, title: "A ping", text: "The ping crosses the cable." },
    { on: { down: ["a", "b"] }, title: "Pulled", text: "The cable is pulled on purpose." },
  ],
};

const chapters = (page) => page.getByRole("group", { name: "Chapters" });
const flag = (page, name) => page.getByRole("button", { name });

test("a story begins with its first chapter and its text", async ({ aquarium, page }) => {
  await aquarium.open(STORY);
  await expect(chapters(page)).toContainText("A question");
  await expect(page.getByText("Host a looks for host b.", { exact: true })).toBeVisible();
});

test("buttons and keys go from chapter to chapter, also to one that has not happened yet", async ({ aquarium, page }) => {
  await aquarium.open(STORY);
  await chapters(page).getByRole("button", { name: "Next chapter" }).click();
  await expect(chapters(page)).toContainText("A ping");
  await page.keyboard.press("n");
  await expect(chapters(page)).toContainText("Pulled");
  await expect(chapters(page)).toContainText("3/3");
  await expect(chapters(page).getByRole("button", { name: "Next chapter" })).toBeDisabled();
  await page.keyboard.press("p");
  await expect(chapters(page)).toContainText("A ping");
});

test("a flag on the time line leads to its chapter", async ({ aquarium, page }) => {
  await aquarium.open(STORY);
  await chapters(page).getByRole("button", { name: "Next chapter" }).click();
  await page.keyboard.press("n");
  await expect(chapters(page)).toContainText("Pulled");
  await flag(page, "Chapter 1: A question").click();
  await expect(chapters(page)).toContainText("A question");
  await expect(flag(page, "Chapter 1: A question")).toHaveAttribute("aria-current", "step");
});

test("a speed set by hand takes the lead, and Follow the story gives it back", async ({ aquarium, page }) => {
  await aquarium.open(STORY);
  await aquarium.button("Settings of time").click();
  await page.keyboard.press("+");
  await expect(aquarium.automaticSpeed).not.toBeChecked();
  await page.keyboard.press("a");
  await expect(aquarium.automaticSpeed).toBeChecked();
});

test("a scenario without chapters has no control for them", async ({ aquarium, page }) => {
  await aquarium.open({ ...STORY, chapters: [] });
  await expect(chapters(page)).toHaveCount(0);
});

test("examples are grouped and can be searched", async ({ aquarium, page }) => {
  await aquarium.open();
  await page.keyboard.press("e");
  await expect(aquarium.dialog.getByRole("region", { name: "When things go wrong" })).toBeVisible();
  await aquarium.dialog.getByRole("searchbox", { name: "Search" }).fill("bufferbloat");
  await expect(aquarium.dialog.getByRole("button", { name: /^Bufferbloat/ })).toBeVisible();
  await expect(aquarium.dialog.getByRole("region", { name: "Routing" })).toHaveCount(0);
});
