import { createServer } from "node:http";
import { expect, fragment, openTab, QUIET, test } from "../aquarium.js";
import { answer, next, pane } from "../lesson.js";
import { LONG } from "../patience.js";

const PINGING = { ...QUIET, runs: [{ ping: { from: "a", to: "b", count: 2 } }] };

test("embedded, the page shows the stage and the panes that the address names", async ({ page, aquarium }) => {
  await page.goto(`./?embed#${fragment(PINGING)}`);
  await expect(aquarium.button("Play")).toBeVisible();
  await expect(aquarium.button("Share")).toBeHidden();
  await expect(page.getByRole("tab", { name: "Runs" })).toBeHidden();
  await expect(aquarium.speed).toBeHidden();
  await expect(aquarium.timer).toHaveText(/^0\.000/);
  await page.goto(`./?embed&controls=all&show=runs&autoplay#${fragment(PINGING)}`);
  await expect(aquarium.speed).toBeVisible();
  await expect(aquarium.run("Ping a → b")).toBeVisible();
  await expect(aquarium.button("Pause")).toBeVisible();
});

test("the link to the whole page is not covered, in a wide and in a narrow frame", async ({ page }) => {
  await page.goto(`./?embed#${fragment(QUIET)}`);
  const link = page.getByRole("link", { name: "Open in Packetarium" });
  for (const width of [1440, 900, 600]) {
    await page.setViewportSize({ width, height: 600 });
    const { width: length, height } = await link.boundingBox();
    for (const x of [2, length - 2]) await link.click({ trial: true, position: { x, y: height / 2 } });
  }
});

test("a locked embed can be watched but not changed", async ({ page, aquarium }) => {
  await page.goto(`./?embed&controls=all&show=inspect&lock#${fragment(PINGING)}`);
  await expect(aquarium.button("Edit")).toBeHidden();
  await page.getByRole("tab", { name: "Inspect" }).focus();
  await page.keyboard.press("d");
  await expect(page.getByRole("group", { name: "Editor" })).toBeHidden();
  await openTab(page, "Runs");
  await expect(page.getByRole("form", { name: "Start a run" })).toBeHidden();
  await aquarium.button("Play").click();
  await aquarium.atFullSpeed();
  await expect(aquarium.nothingMoves).toBeVisible(LONG);
});

test("an embed begins at the moment in its address, and reports unknown parameters", async ({ page, aquarium }) => {
  await page.goto(`./?embed&at=1.2s&controls=some#${fragment(PINGING)}`);
  await expect(aquarium.timer).toHaveText(/^1\.200\s000$/);
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("controls=some");
});

test("an embed stores nothing, and shows nothing stored", async ({ page, aquarium }) => {
  await aquarium.open({ ...QUIET, title: "Mine" });
  await aquarium.start("Ping");
  await page.goto("./?embed");
  await expect(aquarium.title("Two hosts and a switch")).toBeVisible();
  await page.goto("./");
  await expect(aquarium.title("Mine")).toBeVisible();
});

/** Serves a page of another origin with this one in it; returns its address, and how it ends. */
async function around(src) {
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(
      `<link rel="icon" href="data:,"><script>heard = []; onmessage = (event) => heard.push(event.data)</script><iframe width="900" height="700" src="${src.replaceAll('"', "%22")}"></iframe>`,
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

test("the page around an embed receives messages about its state", async ({ page, baseURL, faults }) => {
  const { url, end } = await around(`${baseURL}?embed&autoplay&controls=all#${fragment(PINGING)}`);
  await page.goto(url);
  const states = () => page.evaluate(() => heard.filter(({ source }) => source === "packetarium").map(({ event, state }) => state ?? event));
  await expect.poll(states).toEqual(expect.arrayContaining(["ready", "playing"]));
  await page.frameLocator("iframe").getByRole("slider", { name: "Speed" }).press("End");
  await expect.poll(states, LONG).toContain("ended");
  const last = await page.evaluate(() => heard.at(-1));
  expect(last.at).toBeGreaterThan(1);
  expect(last.history).toMatch(/^[0-9a-f]{16}$/);
  end();
  expect(faults.splice(0)).toEqual([`asked for ${url}`]);
});

test("the page around an embedded lesson receives what happens in it, and the browser keeps nothing of it", async ({ page, baseURL, faults }) => {
  const { url, end } = await around(`${baseURL}?embed&show=lesson&controls=all#lesson:02-switch&seed=ada`);
  await page.goto(url);
  const frame = page.frameLocator("iframe");
  await expect(pane(frame)).toContainText("Step 1 of 6", LONG);
  await answer(frame, "Nothing. It is empty.");
  await next(frame);
  const lessons = () => page.evaluate(() => heard.filter(({ event }) => event.startsWith("lesson-")));
  await expect.poll(async () => (await lessons()).map(({ event }) => event)).toEqual(["lesson-opened", "lesson-answered", "lesson-step"]);
  const last = (await lessons()).at(-1);
  expect(last).toMatchObject({ source: "packetarium", lesson: "switch", step: 2, steps: 6, goals: 0, of: 6, attempts: 1 });
  expect(last.code).toMatch(/^[2-9a-z]{8}$/);
  expect(last.result).toMatch(/^result:2:[\w-]+$/);
  const keys = await page.frames().at(-1).evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
  expect(keys.filter((key) => /course|lesson/.test(key))).toEqual([]);
  end();
  expect(faults.splice(0)).toEqual([`asked for ${url}`]);
});

test("the page of examples shows three embeds that work", async ({ page }) => {
  await page.goto("./embed.html");
  for (const title of ["Two hosts and a switch", "Hub beside switch", "A slow, lossy link"]) {
    const frame = page.frameLocator(`iframe[title="${title}"]`);
    await page.getByTitle(title).scrollIntoViewIfNeeded();
    await expect(frame.getByRole("img", { name: /^Drawing of the network/ })).toBeVisible();
  }
});

test("a document of the same site is opened, one of another site is not requested", async ({ page, aquarium, faults }) => {
  await page.route("**/lab.json", (route) => route.fulfill({ json: { ...QUIET, title: "From this site" } }));
  await page.goto("./?src=lab.json");
  await expect(aquarium.title("From this site")).toBeVisible();
  await page.goto("./?src=https%3A%2F%2Fexample.org%2Flab.json");
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("not on this site");
  expect(faults).toEqual([]);
});
