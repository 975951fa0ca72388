// Security: the Content-Security-Policy, requests, pages that embed this one; and what the page does when the program fails.
//
// Errors, violations of the policy and requests elsewhere fail every test: see aquarium.js.
import { createServer } from "node:http";
import { QUIET, expect, test } from "../aquarium.js";

test("an inline script is refused", async ({ page, aquarium, faults }) => {
  await aquarium.open();
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
  });
  await expect.poll(() => faults.splice(0).join()).toContain("policy: script-src-elem forbids inline");
  expect(await page.evaluate(() => window.ran)).toBeUndefined();
  await expect.poll(() => faults.splice(0)).toEqual([]);
});

test("nothing can be sent elsewhere", async ({ page, aquarium, faults }) => {
  await aquarium.open();
  const refused = await page.evaluate(() => fetch("http://127.0.0.1:1/").then(() => "sent", (fault) => fault.name));
  expect(refused).toBe("TypeError");
  await expect.poll(() => faults.join()).toContain("policy: connect-src forbids http://127.0.0.1:1");
  faults.splice(0);
});

test("the contents of a share link are shown as text, whatever they are", async ({ page, aquarium }) => {
  const tag = '<img src="x" onerror="window.ran = true"><b>bold</b>';
  await aquarium.open({
    ...QUIET,
    title: tag,
    description: tag,
    nodes: QUIET.nodes.map((node) => (node.id === "a" ? { ...node, name: tag } : node)),
    runs: [{ echo: { from: "a", to: "b", text: tag } }],
  });
  await expect(aquarium.title(tag)).toBeVisible();
  await aquarium.atFullSpeed();
  await expect(aquarium.results.getByText(`← ${tag}`)).toBeVisible();
  await aquarium.pane("Inspect");
  await aquarium.inspector.getByRole("button", { name: /^Host <img/ }).click();
  expect(await page.evaluate(() => window.ran)).toBeUndefined();
  await expect(page.locator("b")).toHaveCount(0);
});

test("the page starts within an iframe of another origin", async ({ page, baseURL, faults }) => {
  const embedder = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<link rel="icon" href="data:,"><iframe src="${baseURL}"></iframe>`);
  });
  await new Promise((resolve) => embedder.listen(0, "127.0.0.1", resolve));
  const around = `http://127.0.0.1:${embedder.address().port}/`;
  await page.goto(around);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { level: 1 })).toHaveText("Packetarium");
  await expect(frame.getByRole("timer")).toHaveText(/[1-9]/);
  embedder.close();
  expect(faults.splice(0)).toEqual([`asked for ${around}`]);
});

test("when the program panics, the page reports it, keeps the experiment, and starts again with it", async ({ page, aquarium, faults }) => {
  await aquarium.open(QUIET);
  await aquarium.atFullSpeed();
  await aquarium.start("Echo", { Text: "keep me" });
  await expect(aquarium.run("TCP echo a → b")).toContainText("done");
  // No known action makes the program panic. So the browser once withholds an object that the program relies on.
  await aquarium.button("Share").evaluate((button) => {
    const denyOnce = () => {
      delete Window[Symbol.hasInstance];
      return false;
    };
    Object.defineProperty(Window, Symbol.hasInstance, { configurable: true, value: denyOnce });
    button.click();
  });
  const alert = page.getByRole("alert");
  await expect(alert.getByRole("heading", { name: "Packetarium has crashed" })).toBeVisible();
  await expect(alert.getByLabel("Report")).toHaveValue(/^Packetarium \d+\.\d+\.\d+: panicked at .*\.rs:\d+/);
  await alert.getByRole("link", { name: "Restart with your experiment" }).click();
  await expect(alert).toBeHidden();
  await expect(aquarium.title("A quiet network")).toBeVisible();
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("Your experiment is here, paused at its beginning");
  await aquarium.button("Play").click();
  await expect(aquarium.run("TCP echo a → b")).toContainText("keep me");
  expect(faults.splice(0).join()).toContain("panicked");
});

test("when the program ends without a panic, the page reports that too", async ({ page, aquarium, faults }) => {
  await aquarium.open(QUIET);
  // An exception passes through the wasm, as one does when memory or the stack is used up.
  await page.evaluate(() => {
    const now = Performance.prototype.now;
    Performance.prototype.now = function () {
      // Scripts outside the wasm ask for the time as well.
      if (!/wasm/.test(new Error().stack)) return now.call(this);
      Performance.prototype.now = now;
      throw new RangeError("used up");
    };
  });
  const alert = page.getByRole("alert");
  await expect(alert.getByRole("heading", { name: "Packetarium has crashed" })).toBeVisible();
  await expect(alert.getByLabel("Report")).toHaveValue(/^RangeError: used up\n.*wasm/s);
  await alert.getByRole("link", { name: "Restart with your experiment" }).click();
  await expect(alert).toBeHidden();
  await expect(aquarium.title("A quiet network")).toBeVisible();
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("Your experiment is here, paused at its beginning");
  expect(faults.splice(0).join()).toContain("used up");
});

test("when the program cannot be loaded, the page reports it", async ({ page, faults }) => {
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 200, contentType: "application/wasm", body: "not wasm" }));
  await page.goto("./");
  await expect(page.getByRole("alert").getByRole("heading", { name: "Packetarium could not start" })).toBeVisible();
  await expect(page.getByRole("alert").getByLabel("Report")).toHaveValue(/wasm|magic/i);
  await expect.poll(() => faults.splice(0).length).toBeGreaterThan(0);
});
