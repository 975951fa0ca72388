// A headless browser without background work.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** `folder` is one whose node_modules has Playwright. The variable CHROMIUM may name the browser; otherwise it is Playwright's own. */
export function launch(folder) {
  const { chromium } = createRequire(join(resolve(folder), "package.json"))("playwright-core");
  return chromium.launch({ executablePath: process.env.CHROMIUM || undefined, args: FLAGS });
}
