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

/** Before the page's own scripts: when inputs come, when the animation frames after them are over, and the module's memory. */
function watch() {
  const { instantiateStreaming } = WebAssembly;
  const watched = { costs: [], drawn: 0, asked: 0 };
  WebAssembly.instantiateStreaming = async (...source) => {
    const made = await instantiateStreaming.apply(WebAssembly, source);
    watched.memory = made.instance.exports.memory;
    return made;
  };
  // What is posted in an animation frame comes when it is painted; at times later, when the next one has begun.
  const painted = new MessageChannel();
  const soon = new MessageChannel();
  let began, handled, start;
  let open = false;
  const close = () => {
    if (!open) return;
    // Where the browser brings inputs at other times than right before an animation frame, the wait for it is no work.
    const waited = Math.max(start - (handled ?? start), 0);
    watched.costs.push(performance.now() - began - waited);
    open = false;
    began = handled = undefined;
  };
  painted.port1.onmessage = ({ data }) => data === start && close();
  soon.port1.onmessage = ({ data }) => {
    if (data === began) handled ??= performance.now();
  };
  for (const kind of ["pointermove", "scroll"]) {
    const note = () => {
      close();
      began ??= performance.now();
      soon.port2.postMessage(began);
    };
    addEventListener(kind, note, { capture: true, passive: true });
  }
  const frame = () => {
    close();
    start = performance.now();
    open = began !== undefined;
    painted.port2.postMessage(start);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
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

/** Does something and waits until it is shown. Not asked for in animation frames: they are what is measured. */
async function shown(page, act) {
  const before = await page.evaluate(() => globalThis.watched.costs.length);
  await act();
  await page.evaluate(
    (before) =>
      new Promise((resolve) => {
        const look = () => (globalThis.watched.costs.length > before ? resolve() : setTimeout(look, 4));
        look();
      }),
    before,
  );
}

/** What inputs cost, each from its first handler to the end of the animation frame that shows it. */
async function costs(page, use) {
  await page.evaluate(() => (globalThis.watched.costs = []));
  await use();
  return page.evaluate(() => globalThis.watched.costs);
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
  measured.scrub = await costs(page, () => scrub(page));
  measured.scroll = await costs(page, () => scroll(page));
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
