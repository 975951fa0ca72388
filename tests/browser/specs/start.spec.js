// That the built page starts, from a folder of a host, under its Content-Security-Policy, and asks nothing of anybody else.
import { createServer } from "node:http";
import { expect, test } from "@playwright/test";

test("the page starts without an error or a request that leaves its folder", async ({ page, baseURL }) => {
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => request.url().startsWith(baseURL) || faults.push(`asked for ${request.url()}`));
  page.on("response", (response) => response.ok() || faults.push(`${response.status()} ${response.url()}`));
  await page.goto("./");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Packetarium");
  expect(faults).toEqual([]);
});

test("an inline script is refused", async ({ page }) => {
  await page.goto("./");
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
      }),
  );
  expect(refused).toBe("script-src-elem");
  expect(await page.evaluate(() => window.ran)).toBeUndefined();
});

test("the page starts within an iframe of another origin", async ({ page, baseURL }) => {
  const embedder = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(`<iframe src="${baseURL}"></iframe>`);
  });
  await new Promise((resolve) => embedder.listen(0, "127.0.0.1", resolve));
  await page.goto(`http://127.0.0.1:${embedder.address().port}/`);
  await expect(page.frameLocator("iframe").getByRole("heading", { level: 1 })).toHaveText("Packetarium");
  embedder.close();
});
