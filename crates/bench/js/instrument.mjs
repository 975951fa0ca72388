// Uses the built page as a person does who looks for something among many packets: `node instrument.mjs PLAYWRIGHT DIST`. Each
// line that comes in is answered with one object: what was measured, in milliseconds and bytes. See src/bin/bench/instrument.rs.
import { answer } from "./answer.mjs";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";

const [playwright, dist] = process.argv.slice(2);
const { address, close } = await serve(dist);
const browser = await launch(playwright);

/** Two hosts on a switch; the sender's cable loses a few frames. */
function transfer(rate, delay, loss, iperf) {
  return {
    packetarium: 1,
    seed: 7,
    nodes: [
      { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
      { id: "b", kind: "host", addresses: ["10.0.0.2/24"] },
      { id: "s", kind: "switch" },
    ],
    links: [
      { ends: ["a", "s"], rate, delay, impair: [{ loss }] },
      { ends: ["b", "s"], rate, delay },
    ],
    runs: [{ iperf: { from: "a", to: "b", ...iperf } }],
  };
}

// 104,000 frames, nearly all of them on two wires. No more are kept of any history without forgetting.
const MANY = transfer("100Mbps", "1ms", 0.0005, { bytes: "100MB" });
const FRAMES_MIN = 100_000;
// Far more than is kept.
const LONG = transfer("10Mbps", "5ms", 0.001, { seconds: 600 });
const LONG_ENDS = "600s";

// `tree`: not a field that is read where it is, but one that is looked for in all that is known of the packet.
const FILTERS = [
  { text: "tcp.flags.syn == 1 && ip.addr == 10.0.0.2", tree: false },
  { text: "tcp.analysis.retransmission", tree: false },
  { text: "tcp.options.sack_le > 0", tree: true },
];
const POSITIONS = 60;

/** Before the page's own scripts: when a filter was asked for and the time line last drawn, and the module's memory. */
function watch() {
  const watched = { drawn: 0, asked: 0 };
  // The page instantiates what it has unpacked; all its pieces have the memory of the first.
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...source) => {
      const made = await original.apply(WebAssembly, source);
      watched.memory ??= (made.instance ?? made).exports.memory;
      return made;
    };
  }
  // The time line is drawn whenever there is something new to show.
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...rectangle) {
    if (this.canvas.role === "slider") watched.drawn = performance.now();
    clearRect.apply(this, rectangle);
  };
  addEventListener("input", () => (watched.asked = performance.now()), { capture: true });
  globalThis.watched = watched;
}

async function open(scenario, more = "") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.addInitScript(watch);
  await page.goto(`${address}#json:${encodeURIComponent(JSON.stringify(scenario))}${more}`);
  return page;
}

const memory = (page) => page.evaluate(() => globalThis.watched.memory.buffer.byteLength);

/** Does something and waits until it is shown: an animation frame has it, and the next one begins. */
async function shown(page, act) {
  await act();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

// Processor time of the page's main thread, from the browser's trace: by the clock, other programs would be measured as well, and
// how long a browser waits before it paints.
/** What events of a type cost: their handlers, and the animation frame that shows what they did, painted. */
async function costs(page, type, use) {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "__metadata"] });
  await use();
  const events = JSON.parse(String(await browser.stopTracing())).traceEvents;
  const named = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
  const main = new Set(named.map(({ pid, tid }) => `${pid}:${tid}`));
  const inOrder = events.filter(({ pid, tid }) => main.has(`${pid}:${tid}`)).sort((a, b) => a.ts - b.ts);
  const found = [];
  let task, sum;
  const ended = () => {
    if (!task) return;
    if (task.asks) sum ??= 0;
    if (sum !== undefined) sum += task.ms;
    if (sum !== undefined && task.draws) {
      found.push(sum);
      sum = undefined;
    }
  };
  for (const { name, ts, dur, tdur, args } of inOrder) {
    if (name.endsWith("RunTask") && tdur !== undefined && !(ts < task?.end)) {
      ended();
      task = { end: ts + dur, ms: tdur / 1_000, asks: false, draws: false };
    } else if (task && ts < task.end) {
      task.asks ||= name === "EventDispatch" && args.data?.type === type;
      task.draws ||= name === "FireAnimationFrame";
    }
  }
  ended();
  if (found.length < POSITIONS / 2) throw new Error(`the trace has ${found.length} events ${type} that were shown`);
  return found;
}

/** Drags the playhead here and there. */
async function scrub(page) {
  const line = page.getByRole("slider", { name: "Time line" });
  const { x, y, width, height } = await line.boundingBox();
  // To and fro: each jump is far, and no position comes twice.
  const place = (step) => x + (width * (((step * 37) % POSITIONS) + 1)) / (POSITIONS + 1);
  await page.mouse.move(place(0), y + height / 2);
  await page.mouse.down();
  const moments = new Set();
  for (let step = 1; step <= POSITIONS; step += 1) {
    await shown(page, () => page.mouse.move(place(step), y + height / 2));
    moments.add(await line.getAttribute("aria-valuenow"));
  }
  await page.mouse.up();
  // Behind the live edge there is nothing: some positions are the same moment.
  if (moments.size < POSITIONS * 0.75) throw new Error(`${POSITIONS} positions were ${moments.size} moments`);
}

/** Scrolls through the whole list. */
async function scroll(page) {
  const grid = page.getByRole("grid", { name: "Packets" });
  await grid.hover();
  const rows = new Set();
  const first = grid.getByRole("row").nth(1);
  for (let step = 0; step < POSITIONS; step += 1) {
    await shown(page, () => page.mouse.wheel(0, step < POSITIONS / 2 ? 40_000 : -40_000));
    rows.add(await first.getAttribute("aria-rowindex"));
  }
  if (rows.size < POSITIONS / 4) throw new Error(`the list showed ${rows.size} places only`);
}

/** From the last letter of a filter until all packets are sifted: as long as they are, the time line is drawn anew. */
async function sift(page, text) {
  const field = page.getByRole("combobox", { name: "Display filter" });
  await field.fill(text);
  await page.waitForFunction(() => {
    const { asked, drawn } = globalThis.watched;
    return drawn > asked && performance.now() - drawn > 500;
  });
  const ms = await page.evaluate(() => globalThis.watched.drawn - globalThis.watched.asked);
  const count = await page.getByRole("grid", { name: "Packets" }).getAttribute("aria-rowcount");
  return { ms, count: Number(count) - 1 };
}

async function many() {
  const page = await open(MANY);
  await page.getByRole("tab", { name: "Packets" }).click();
  await page.getByRole("slider", { name: "Speed" }).press("End");
  await page.getByRole("main").getByText("Nothing is moving.").waitFor({ timeout: 120_000 });
  const grid = page.getByRole("grid", { name: "Packets" });
  const frames = Number(await grid.getAttribute("aria-rowcount")) - 1;
  if (frames < FRAMES_MIN) throw new Error(`the list has ${frames} packets, fewer than ${FRAMES_MIN}`);
  const measured = { frames, filters: [] };
  measured.scrub = await costs(page, "pointermove", () => scrub(page));
  measured.scroll = await costs(page, "scroll", () => scroll(page));
  for (const filter of FILTERS) measured.filters.push({ ...filter, ...(await sift(page, filter.text)) });
  measured.memory = await memory(page);
  await page.context().close();
  return measured;
}

/** Ten minutes, as quickly as the page gets there. */
async function long() {
  const page = await open(LONG, `&at=${LONG_ENDS}`);
  await page.waitForFunction((text) => document.querySelector("[role=timer]")?.textContent.replace(/\s/g, "").startsWith(text), "600.", { timeout: 120_000 });
  const bytes = await memory(page);
  await page.context().close();
  return bytes;
}

await answer(`Chromium ${browser.version()}`, async () => JSON.stringify({ ...(await many()), long: await long() }));
await browser.close();
close();
