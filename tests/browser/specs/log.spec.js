// The log: events in words.
import { QUIET, expect, test } from "../aquarium.js";

test("the log lists the events up to the playhead, those of the selected node if there is one, and leads to their moments", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }, { at: "2s", echo: { from: "b", to: "a" } }] });
  await aquarium.playToTheEnd();
  const log = await aquarium.instrument("Log");
  const line = (text) => log.getByRole("button", { name: text });
  await expect(line(/Ping a → b is done$/)).toHaveCount(1);
  await expect(line(/^\d\.\d{3}\s\d{3} a TCP \d+ with 10\.0\.0\.2:\d+: ESTABLISHED$/).or(line(/ a TCP \d+ with .*: ESTABLISHED$/)).first()).toBeAttached();
  await expect(line(/ s learns that ([0-9a-f]{2}:){5}[0-9a-f]{2} is behind port 0 \(to a\)$/)).toHaveCount(1);
  const all = await log.getByRole("button").count();
  const times = (await log.getByRole("button").allTextContents()).map((text) => Number(/^([\d.]+)\s(\d{3})/.exec(text).slice(1).join("")));
  expect(times).toEqual(times.toSorted((a, b) => a - b));

  // A line leads to its moment; later events are not listed there.
  const answer = line(/Ping a → b has answer 1 after/);
  const [, millis, micros] = /^(\d\.\d{3})\s(\d{3})/.exec(await answer.textContent());
  await answer.click();
  await expect(aquarium.timer).toHaveText(new RegExp(`^${millis}\\s${micros}$`));
  await expect(line(/Ping a → b is done$/)).toHaveCount(0);
  await expect(answer).toHaveCount(1);

  await aquarium.live.click();
  await expect(log.getByRole("button")).toHaveCount(all);
  await line(/ s learns that .* is behind port 1 \(to b\)$/).click();
  await aquarium.live.click();
  await expect(log.getByText("Of the selected node only. Press Escape to see all.")).toBeVisible();
  for (const text of await log.getByRole("button").allTextContents()) expect(text).toMatch(/\d{3}\s*s(learns|forgets)/);
  await page.keyboard.press("Escape");
  await expect(log.getByRole("button")).toHaveCount(all);
});

test("a cable that is pulled is in the log, and leads to the cable", async ({ aquarium }) => {
  await aquarium.open({ ...QUIET, runs: [{ at: "100s", ping: { from: "a", to: "b" } }] });
  await aquarium.button("Edit").click();
  await aquarium.pane("Inspect");
  await aquarium.button("Link a – s").click();
  await aquarium.button("Pull the cable").click();
  await aquarium.button("Done").click();
  await aquarium.button("← All nodes and links").click();
  const log = await aquarium.instrument("Log");
  await log.getByRole("button", { name: / a – s is now: .*pulled/ }).click();
  await expect(aquarium.inspector.getByRole("heading", { name: "a – s" })).toBeVisible();
});
