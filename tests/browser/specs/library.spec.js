// The engine without the page: the package of the JavaScript API, in another page.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test as base } from "../aquarium.js";

// `cargo xtask test` passes the package's folder; by hand, `cargo xtask package` makes one.
const folder = resolve(process.env.PACKETARIUM_PACKAGE ?? join(import.meta.dirname, "../../../target/package"));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };
// As strict as the README allows; the import map is an inline script.
const policy = "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; img-src data:";

const example = () => /^```js\n(.*?)^```/ms.exec(readFileSync(join(folder, "README.md"), "utf8"))[1];

const page = () => `<!doctype html>
<html lang="en"><title>A page that embeds the library</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "packetarium": "./packetarium/browser.js" } }</script>
<script type="module" src="./example.js"></script></html>`;

function read(path) {
  if (path === "/") return page();
  if (path === "/example.js") return example();
  const name = /^\/packetarium\/([\w.]+)$/.exec(path)?.[1];
  return name && readFileSync(join(folder, name));
}

const test = base.extend({
  baseURL: async ({}, use) => {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url, "http://127.0.0.1");
      const body = read(pathname);
      const type = types[extname(pathname) || ".html"] ?? "text/plain";
      response.writeHead(body ? 200 : 404, { "content-type": type, "content-security-policy": policy }).end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    await use(`http://127.0.0.1:${server.address().port}/`);
    await new Promise((resolve) => server.close(resolve));
  },
});

/** What the example prints under Node, where it finds the package by its name. */
function underNode() {
  const work = test.info().outputPath();
  const module = join(work, "node_modules/packetarium");
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, "package.json"), JSON.stringify({ type: "module", exports: "./entry.js" }));
  writeFileSync(join(module, "entry.js"), `export * from ${JSON.stringify(pathToFileURL(join(folder, "node.js")))};`);
  writeFileSync(join(work, "example.mjs"), example());
  return execFileSync(process.execPath, [join(work, "example.mjs")], { encoding: "utf8" }).trimEnd().split("\n");
}

test("the README's example prints the same in a page as under Node, with the same history hash", async ({ page }) => {
  const said = [];
  page.on("console", (message) => message.type() === "log" && said.push(message.text()));
  await page.goto("./");
  const expected = underNode();
  expect(expected.length).toBeGreaterThan(4);
  await expect.poll(() => said).toEqual(expected);
});
