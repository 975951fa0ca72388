// The time line: the past is shown exactly as it was, and going back loses nothing.
import { QUIET, expect, test } from "../aquarium.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 3 } }, { at: "2.5s", echo: { from: "b", to: "a", udp: true } }] };
// Behind c's cable every fifth frame is lost.
const LOSING = { ...QUIET, runs: [{ ping: { from: "a", to: "c", count: 12, interval: "20ms", timeout: "50ms" } }] };

const reply = (aquarium, number) => aquarium.run("Ping a → b").getByText(`Reply ${number}`);

test("dragged back, everything shows the state of then; played again, it has the same history hash", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  const history = await aquarium.playToTheEnd();
  await expect(reply(aquarium, 3)).toBeVisible();
  await expect(aquarium.run("UDP echo b → a")).toContainText("done");
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "true");
  const end = await aquarium.moment();

  // The second ping is answered at 1 s, the third at 2 s: in between.
  await aquarium.goTo(1.5);
  await expect(page.getByText("in the past", { exact: true })).toBeVisible();
  expect(await aquarium.time()).toBeGreaterThan(1.3);
  expect(await aquarium.time()).toBeLessThan(1.7);
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "false");
  await expect(reply(aquarium, 2)).toBeVisible();
  await expect(reply(aquarium, 3)).toBeHidden();
  await expect(aquarium.run("Ping a → b")).toContainText("under way");
  await expect(aquarium.fact(aquarium.run("Ping a → b"), "Answered")).toHaveText("2");
  await expect(aquarium.run("UDP echo b → a")).toContainText(/at 2\.5\d*\ss/);
  await expect(aquarium.timeline).toHaveAttribute("aria-valuetext", /; 0 of 2 runs are over$/);
  await expect(aquarium.hash, "the history is the same").toHaveText(history);

  // Tables, too: they are empty before the first frame.
  await aquarium.pane("Inspect");
  await aquarium.button("Switch s").click();
  const macs = aquarium.inspector.getByRole("group", { name: "MAC table" }).getByRole("row", { name: /\(to [ab]\)/ });
  await expect(macs).toHaveCount(2);
  await aquarium.timeline.press("Home");
  await expect.poll(() => aquarium.moment()).toBe(0);
  await expect(macs).toHaveCount(0);
  const log = await aquarium.instrument("Log");
  await expect(log.getByRole("button")).toHaveCount(0);

  await aquarium.button("Play").click();
  await expect(page.getByText("replaying", { exact: true })).toBeVisible();
  await expect(macs).toHaveCount(2);
  expect(await aquarium.playToTheEnd()).toBe(history);
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "true");
  expect(await aquarium.moment()).toBeGreaterThanOrEqual(end);
  await aquarium.pane("Runs");
  await expect(reply(aquarium, 3)).toBeVisible();
  await expect(aquarium.run("UDP echo b → a")).toContainText("done");
});

test("looking back while the network runs does not change its history", async ({ aquarium }) => {
  await aquarium.open(PINGING);
  const history = await aquarium.playToTheEnd();
  await aquarium.button("Start again from the beginning").click();
  await expect(reply(aquarium, 1)).toBeVisible();
  await aquarium.dragTo(0.02);
  await aquarium.button("Step to the next event").click();
  await aquarium.button("Step back to the last event").click();
  await aquarium.live.click();
  await expect(aquarium.button("Pause"), "time goes on at the live edge").toBeVisible();
  await expect(reply(aquarium, 2)).toBeVisible();
  await aquarium.timeline.press("Home");
  await aquarium.timeline.press("End");
  expect(await aquarium.playToTheEnd()).toBe(history);
});

/** Presses the button `name` until the playhead no longer moves; returns the times at which it stopped. */
async function stops(aquarium, name, most = 60) {
  const times = [];
  let before = await aquarium.time();
  while (times.length < most) {
    await aquarium.button(name).click();
    // The last press changes nothing that could be waited for.
    await aquarium.shown();
    const now = await aquarium.time();
    if (now === before) break;
    times.push((before = now));
  }
  return times;
}

test("steps by drops stop at each drop and nowhere else, forwards as backwards", async ({ page, aquarium }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await aquarium.open(LOSING);
  await aquarium.playToTheEnd();
  await aquarium.instrument("Packets");
  await aquarium.place.selectOption("Link c – s");
  const lost = aquarium.packets.getByRole("row", { name: /Lost: / });
  await expect(lost.first()).toBeAttached();

  await aquarium.timeSettings();
  await page.getByLabel("Step by").selectOption("drops");
  const back = await stops(aquarium, "Step back to the last drop");
  expect(back.length).toBeGreaterThan(1);
  const forth = await stops(aquarium, "Step to the next drop");
  expect(forth).toEqual(back.toReversed().slice(1));
  // As many as the list has; not all of its rows are in view at once.
  const numbers = new Set();
  for (const key of ["Home", "PageDown", "End"]) {
    await aquarium.packets.press(key);
    await aquarium.shown();
    for (const row of await lost.all()) numbers.add((await aquarium.cells(row))[0]);
  }
  expect(numbers.size).toBe(back.length);
});

test("steps by frames and by events of the selection stop at the same moments in both directions", async ({ page, aquarium }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  await aquarium.timeline.press("Home");
  await aquarium.timeSettings();
  const by = page.getByLabel("Step by");
  await by.selectOption("frames");
  const frames = await stops(aquarium, "Step to the next frame", 12);
  expect(frames).toEqual(frames.toSorted((a, b) => a - b));
  expect((await stops(aquarium, "Step back to the last frame", 12)).toReversed()).toEqual([0, ...frames.slice(0, -1)]);

  // A host that takes no part: it only receives the broadcast that the switch floods.
  await aquarium.timeline.press("Home");
  await aquarium.pane("Inspect");
  await aquarium.button("Host c 10.0.0.3").click();
  await by.selectOption("selected");
  const of_c = await stops(aquarium, "Step to the next event of what is selected", 12);
  await aquarium.timeline.press("Home");
  await page.keyboard.press("Escape");
  await aquarium.button("Host a 10.0.0.1, fd00::1").click();
  const of_a = await stops(aquarium, "Step to the next event of what is selected", 12);
  expect(of_c.length).toBeGreaterThan(0);
  expect(of_a.length).toBeGreaterThan(of_c.length);
});

test("keys step, go to the ends and play on, wherever the focus is", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  const end = await aquarium.moment();
  await page.locator("body").click({ position: { x: 300, y: 20 } });
  await page.keyboard.press("Home");
  await expect.poll(() => aquarium.moment()).toBe(0);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => aquarium.moment()).toBeGreaterThan(0);
  await page.keyboard.press("Space");
  await expect(aquarium.button("Pause")).toBeVisible();
  await page.keyboard.press("End");
  await expect(aquarium.live).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => aquarium.moment()).toBeGreaterThanOrEqual(end);

  await aquarium.timeline.press("PageDown");
  await expect.poll(() => aquarium.moment()).toBeLessThan(end);
  const there = await aquarium.moment();
  await aquarium.timeline.press("ArrowLeft");
  await expect.poll(() => aquarium.moment()).toBeLessThan(there);
  await aquarium.timeline.press("Home");
  await aquarium.timeline.press("PageUp");
  await expect.poll(() => aquarium.moment()).toBeGreaterThan(0);
});

test("zoomed in, the same distance on the strip is less time, until all of it is shown again", async ({ page, aquarium }) => {
  await aquarium.open(PINGING);
  await aquarium.playToTheEnd();
  const span = async () => {
    await aquarium.dragTo(0.1);
    const from = await aquarium.moment();
    await aquarium.dragTo(0.3);
    return (await aquarium.moment()) - from;
  };
  const whole = await span();
  await expect(aquarium.button("Longer")).toBeDisabled();
  await aquarium.button("Closer").click();
  await aquarium.button("Closer").click();
  await expect.poll(span).toBeLessThan(whole * 0.3);
  await aquarium.timeline.press("-");
  await expect.poll(span).toBeGreaterThan(whole * 0.4);
  await aquarium.timeline.hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(span).toBeLessThan(whole * 0.4);
  for (let press = 0; press < 8 && (await aquarium.button("Longer").isEnabled()); press += 1) await aquarium.button("Longer").click();
  await expect(aquarium.button("Longer")).toBeDisabled();
  await expect.poll(span).toBe(whole);
});

test("a click on a moment to come runs the network to it, and the planned events until then are announced", async ({ page, aquarium }) => {
  await aquarium.open();
  await aquarium.openExample("Spanning tree: loops made safe");
  await expect(page.getByText("s1 – s2: the cable is pulled")).toBeVisible();
  // The cable is pulled at 600 ms; the strip goes to 800 ms.
  await aquarium.dragTo(0.9);
  await expect.poll(() => aquarium.time()).toBeGreaterThan(0.65);
  await expect(page.getByText("paused", { exact: true })).toBeVisible();
  await expect(page.getByText("s1 – s2: the cable is pulled")).toBeHidden();
  await expect(aquarium.run("Ping left → right")).toContainText("under way");
});
