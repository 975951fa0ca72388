// How the browser tests run. `cargo xtask test` builds dist/ and starts them; by hand: `cargo xtask build`, `npm ci`, and
// `npx playwright test` here (CHROMIUM names a browser; without it Playwright's own is used).
//
// The page is served from a folder below the root of a port of its own, as on a host that it shares: an address that
// was meant to be relative and is not fails every test.
import { defineConfig } from "@playwright/test";

const port = Number(process.env.PACKETARIUM_PORT ?? 4180);
const page = `http://127.0.0.1:${port}/some/folder/`;

const chromium = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  // Containers run as root, where Chromium's sandbox cannot be had.
  "--no-sandbox",
];

export default defineConfig({
  testDir: "specs",
  outputDir: "results",
  // One browser at a time: the tests look at how smoothly the page runs.
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  // Generous: another program may have the machine. What is claimed about time is claimed by means of the tests themselves.
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: page,
    actionTimeout: 15_000,
    // Each test is a first visit: no worker has to fetch the whole page again beside it. specs/offline.spec.js is about that.
    serviceWorkers: "block",
    launchOptions: { executablePath: process.env.CHROMIUM, args: chromium },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "desktop", testIgnore: "phone.spec.js", use: { viewport: { width: 1440, height: 900 } } },
    { name: "phone", testMatch: "phone.spec.js", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 } },
  ],
  webServer: {
    command: `node serve.js ${port}`,
    url: page,
    reuseExistingServer: false,
  },
});
