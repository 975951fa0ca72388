import { createServer } from "node:http";
import { expect, fragment, openTab, QUIET, test } from "../aquarium.js";
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

test("the page around an embed receives messages about its state", async ({ page, baseURL, faults }) => {
  const around = createServer((request, response) => {
    const src = `${baseURL}?embed&autoplay&controls=all#${fragment(PINGING)}`.replaceAll('"', "%22");
    response.writeHead(200, { "content-type": "text/html" }).end(
      `<link rel="icon" href="data:,"><script>heard = []; onmessage = (event) => heard.push(event.data)</script><iframe width="900" height="700" src="${src}"></iframe>`,
    );
  });
  await new Promise((resolve) => around.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${around.address().port}/`;
  await page.goto(url);
  const states = () => page.evaluate(() => heard.filter(({ source }) => source === "packetarium").map(({ event, state }) => state ?? event));
  await expect.poll(states).toEqual(expect.arrayContaining(["ready", "playing"]));
  await page.frameLocator("iframe").getByRole("slider", { name: "Speed" }).press("End");
  await expect.poll(states, LONG).toContain("ended");
  const last = await page.evaluate(() => heard.at(-1));
  expect(last.at).toBeGreaterThan(1);
  expect(last.history).toMatch(/^[0-9a-f]{16}$/);
  around.close();
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
