// How the browser tests run. `cargo xtask test` builds dist/ and starts them. By hand: `cargo xtask build`, then `npm ci` and
// `npx playwright test` in this folder. Environment variables: CHROMIUM names a browser (without it, Playwright's own is used),
// PACKETARIUM_CPU_THROTTLE slows its processor down (see patience.js), PACKETARIUM_PORT changes the port, PACKETARIUM_TRACE=on
// records what failing tests did.
//
// The page is served from a folder below the root of its port, as on a host that it shares: an absolute address where a
// relative one belongs fails every test.
import { defineConfig } from "@playwright/test";
import { SHORT, WHOLE_TEST } from "./patience.js";

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
  // Three files side by side: most of a test is waiting for a page that starts or a network that runs. With two, all tests of
  // 2026-11 took 640 s on two cores, with three 485 s.
  workers: 3,
  forbidOnly: Boolean(process.env.CI),
  timeout: WHOLE_TEST,
  // The machine decides when the browser gets its processor. A test that passes at a second attempt is named by the summary.
  retries: 1,
  expect: { timeout: SHORT },
  reporter: [["list"]],
  use: {
    baseURL: page,
    actionTimeout: SHORT,
    // Each test is a first visit: no service worker fetches the whole page again beside it. specs/offline.spec.js tests that.
    serviceWorkers: "block",
    launchOptions: { executablePath: process.env.CHROMIUM, args: chromium },
    screenshot: "only-on-failure",
    // With PACKETARIUM_TRACE=on a test that fails leaves a recording of all it did, which takes a third of the time of all tests.
    trace: process.env.PACKETARIUM_TRACE === "on" ? "retain-on-failure" : "off",
  },
  projects: [
    { name: "desktop", testIgnore: ["phone*.spec.js", "offline.spec.js"], use: { viewport: { width: 1440, height: 900 } } },
    { name: "phone", testMatch: "phone*.spec.js", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 } },
    // Alone, after the others: a busy machine delays Chromium's check for a new version, and the take-over by its service worker.
    { name: "offline", testMatch: "offline.spec.js", dependencies: ["desktop", "phone"], use: { viewport: { width: 1440, height: 900 } } },
  ],
  webServer: {
    command: `node serve.js ${port}`,
    url: page,
    reuseExistingServer: false,
  },
});
