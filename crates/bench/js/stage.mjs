// How busy the stage keeps the page's main thread: `node stage.mjs PLAYWRIGHT DIST`. Each line that comes in is answered with one
// object: what was measured. With `table` behind them it measures once and prints a table instead.
import { answer } from "./answer.mjs";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";
import { STORM, THOUSAND, TWO_HOSTS, thousand } from "./networks.mjs";

const [playwright, dist, table] = process.argv.slice(2);
const { address, close } = await serve(dist);
const browser = await launch(playwright);

const SECONDS = 5;
const WARM_UP_MS = 3_000;

/** Opens a scenario and lets it play: from its beginning, or from a moment that the page runs to first. */
async function open(scenario, { at, speed } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`${address}#json:${encodeURIComponent(JSON.stringify(scenario))}${at ? `&at=${at}` : ""}`);
  if (at) {
    await page.getByLabel("Running to that moment").waitFor({ state: "hidden", timeout: 300_000 });
    if (speed) await page.getByRole("slider", { name: "Speed" }).fill(speed);
    await page.getByRole("button", { name: "Play", exact: true }).click({ timeout: 300_000 });
  }
  await page.waitForFunction(() => performance.getEntriesByName("first-moving-frame")[0], null, { timeout: 120_000 });
  await page.waitForTimeout(WARM_UP_MS);
  return page;
}

/** The animation frames of some seconds: the time from one to the next, by the browser's own timestamps. */
const intervals = (page) =>
  page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const found = [];
        let last;
        const frame = (now) => {
          if (last !== undefined) found.push(now - last);
          last = now;
          if (found.reduce((sum, one) => sum + one, 0) < ms) requestAnimationFrame(frame);
          else resolve(found);
        };
        requestAnimationFrame(frame);
      }),
    SECONDS * 1_000,
  );

/** Processor time of the main thread, from the browser's trace: other programs of the machine do not count. */
async function traced(page, use) {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "__metadata"] });
  const used = await use();
  const events = JSON.parse(String(await browser.stopTracing())).traceEvents;
  const named = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
  const main = new Set(named.map(({ pid, tid }) => `${pid}:${tid}`));
  const inOrder = events.filter(({ pid, tid }) => main.has(`${pid}:${tid}`)).sort((a, b) => a.ts - b.ts);
  const frames = [];
  let [end, busy, frame, first, last, drawn] = [0, 0, undefined, undefined, undefined, false];
  for (const { name, ts, dur, tdur } of inOrder) {
    if (name.endsWith("RunTask") && tdur !== undefined && ts >= end) {
      end = ts + dur;
      first ??= ts;
      last = end;
      drawn = false;
      busy += tdur / 1_000;
      if (frame !== undefined) frame += tdur / 1_000;
    } else if (name === "FireAnimationFrame" && ts < end && !drawn) {
      if (frame !== undefined) frames.push(frame);
      [frame, drawn] = [0, true];
    }
  }
  return { used, busy: (busy / (last - first)) * 100_000, frames };
}

const quantile = (numbers, share) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};

async function playing(scenario, how) {
  const page = await open(scenario, how);
  const before = await page.evaluate(() => window.packetariumFrames());
  const { used, busy, frames } = await traced(page, () => intervals(page));
  const after = await page.evaluate(() => window.packetariumFrames());
  await page.context().close();
  const parts = Object.fromEntries(
    ["world", "trace", "stage", "timeline", "panels"].map((part) => [part, (after[part].tookMs - before[part].tookMs) / (after.frames - before.frames)]),
  );
  return { moving: after.framesMoving, busy, interval50: quantile(used, 0.5), interval95: quantile(used, 0.95), cpu50: quantile(frames, 0.5), cpu95: quantile(frames, 0.95), parts };
}

async function measure() {
  return { two: await playing(TWO_HOSTS), storm: await playing(STORM), thousand: await playing(thousand(), THOUSAND) };
}

if (table) {
  const measured = await measure();
  console.table(
    Object.fromEntries(
      Object.entries(measured).map(([name, { parts, ...numbers }]) => [
        name,
        Object.fromEntries(Object.entries({ ...numbers, ...parts }).map(([key, value]) => [key, Number((value ?? NaN).toFixed(2))])),
      ]),
    ),
  );
} else {
  await answer(`Chromium ${browser.version()}`, async () => JSON.stringify(await measure()));
}
await browser.close();
close();
