// What the stage does in an animation frame, counted: by the page's own counters (docs/FRAMES.md) and by the browser's canvas.
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const PINGS = { ...QUIET, links: QUIET.links.slice(0, 2), nodes: QUIET.nodes.filter(({ id }) => id !== "c"), runs: [{ ping: { from: "a", to: "b", count: 1000 } }] };

/** Counts what a canvas is asked for, from the page's beginning. */
const count = (page) =>
  page.addInitScript(() => {
    window.asked = { texts: 0, copies: 0, copied: 0 };
    const { measureText, drawImage } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.measureText = function (text) {
      window.asked.texts += 1;
      return measureText.call(this, text);
    };
    CanvasRenderingContext2D.prototype.drawImage = function (...what) {
      window.asked.copies += 1;
      // A part of the stage's canvas: left, top, width and height of the source, and the same of the destination.
      if (this.canvas.isConnected && what.length === 9) window.asked.copied += (what[7] * what[8]) / (this.canvas.width * this.canvas.height);
      return drawImage.apply(this, what);
    };
  });

const counters = (page) => page.evaluate(() => ({ ...window.packetariumFrames(), ...window.asked }));

/** The largest difference between the stage's canvas and a picture of it, in steps of a color of 256; 256: they have other sizes. */
const difference = (page, before) =>
  page.evaluate(async (before) => {
    const image = new Image();
    image.src = before;
    await image.decode();
    const canvas = document.querySelector(".stage-canvas");
    if (image.width !== canvas.width || image.height !== canvas.height) return 256;
    const pixels = (picture) => {
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      context.drawImage(picture, 0, 0);
      return context.getImageData(0, 0, image.width, image.height).data;
    };
    const now = pixels(canvas);
    return pixels(image).reduce((most, value, place) => Math.max(most, Math.abs(value - now[place])), 0);
  }, before);

/** Waits for this number of animation frames of the browser. */
const pass = (page, frames) =>
  page.evaluate(async (frames) => {
    for (let frame = 0; frame < frames; frame += 1) await new Promise(requestAnimationFrame);
  }, frames);

test("a page at rest draws nothing and asks for no animation frames", async ({ page, aquarium }) => {
  await count(page);
  await aquarium.open(PINGS);
  await expect.poll(async () => (await counters(page)).framesMoving).toBeGreaterThan(0);
  await aquarium.button("Pause").click();
  await page.mouse.move(5, 5);
  // Packets are still being read, and panels still being rendered.
  let before;
  await expect
    .poll(async () => {
      before = await counters(page);
      await pass(page, 60);
      return (await counters(page)).frames - before.frames;
    }, LONG)
    .toBeLessThan(50);
  before = await counters(page);
  await pass(page, 60);
  const after = await counters(page);
  for (const part of ["stage", "timeline", "panels"]) expect(after[part].done, part).toBe(before[part].done);
  expect(after.copies).toBe(before.copies);
  // It wakes up for what a person does, and no time has passed meanwhile.
  const time = await aquarium.timer.textContent();
  await page.keyboard.press("f");
  await expect.poll(async () => (await counters(page)).stage.done).toBeGreaterThan(after.stage.done);
  await expect(aquarium.timer).toHaveText(time);
  await aquarium.button("Play").click();
  await expect(aquarium.timer).not.toHaveText(time);
});

test("while frames move, what stands still is not painted again and no text is measured", async ({ page, aquarium }) => {
  await count(page);
  await aquarium.open(PINGS);
  await page.mouse.move(5, 5);
  await expect.poll(async () => (await counters(page)).framesMoving).toBeGreaterThan(0);
  const before = await counters(page);
  await expect.poll(async () => (await counters(page)).stage.done - before.stage.done, LONG).toBeGreaterThan(60);
  const after = await counters(page);
  expect(after.layersPainted).toBe(before.layersPainted);
  expect(after.textsMeasured).toBe(before.textsMeasured);
  expect(after.texts).toBe(before.texts);
  // Two layers in a few places, and a capsule now and then.
  const drawn = after.stage.done - before.stage.done;
  expect(after.copies - before.copies).toBeLessThan(8 * drawn);
  // Of two layers that could be copied whole. On a slow machine more moves between two animation frames: 0.12 to 0.21 were seen.
  expect((after.copied - before.copied) / drawn, "how much of the canvas is copied in an animation frame").toBeLessThan(0.5);
});

const LOSSES = {
  ...QUIET,
  runs: [{ ping: { from: "a", to: "c", count: 1000, interval: "50ms" } }, { iperf: { from: "b", to: "a", udp: true, rate: "1Mbps", seconds: 60 } }],
};

for (const [name, scenario] of Object.entries({ pings: PINGS, "losses and a crowded cable": LOSSES }))
  test(`what was painted piece by piece is the whole picture: ${name}`, async ({ page, aquarium }) => {
    await aquarium.open(scenario);
    const picture = () => aquarium.canvas.evaluate((canvas) => canvas.toDataURL());
    const { x, y, width, height } = await aquarium.canvas.boundingBox();
    const window = page.viewportSize();
    for (const share of [0.1, 0.5, 0.9]) {
      const { stage } = await counters(page);
      // Over nodes and cables, which are pointed at then.
      for (let step = 0; step < 10; step += 1) {
        await page.mouse.move(x + width * share, y + (height * step) / 10);
        await pass(page, 6);
      }
      await expect.poll(async () => (await counters(page)).stage.done - stage.done, LONG).toBeGreaterThan(30);
      await aquarium.button("Pause").click();
      await page.mouse.move(5, 5);
      await aquarium.atRest();
      const piecewise = await picture();
      // Another size and back: everything is painted anew.
      await page.setViewportSize({ ...window, height: window.height - 40 });
      await expect.poll(async () => (await picture()) !== piecewise).toBe(true);
      await page.setViewportSize(window);
      // A clip of several parts smooths edges of curves otherwise, by less than can be seen.
      await expect.poll(() => difference(page, piecewise), "between the picture in pieces and the whole one").toBeLessThan(32);
      await aquarium.button("Play").click();
    }
  });

test("a network without places fills the stage, and no name is cut", async ({ page, aquarium }) => {
  const hosts = Array.from({ length: 60 }, (_, number) => ({ id: `h${number}`, kind: "host", addresses: [`10.0.0.${number + 1}/24`] }));
  const switches = Array.from({ length: 6 }, (_, number) => ({ id: `s${number}`, kind: "switch" }));
  const links = [...hosts.map(({ id }, number) => ({ ends: [id, `s${number % 6}`] })), ...switches.slice(1).map(({ id }) => ({ ends: ["s0", id] }))];
  await aquarium.open({ packetarium: 1, title: "No places", seed: 1, nodes: [...hosts, ...switches], links });
  await expect.poll(async () => (await counters(page)).stage.done).toBeGreaterThan(0);
  await pass(page, 60);
  // The part of the canvas that something is drawn on: by pixels that differ from its corner, the dots of the grid left out.
  const drawn = await aquarium.canvas.evaluate((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const dark = (x, y) => data[4 * (y * width + x)] + data[4 * (y * width + x) + 1] + data[4 * (y * width + x) + 2];
    const ground = dark(0, 0);
    const far = (x, y) => Math.abs(dark(x, y) - ground) > 120;
    let [left, right, top, bottom] = [width, 0, height, 0];
    for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) if (far(x, y)) [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    return { across: (right - left) / width, down: (bottom - top) / height, edges: [left, top, width - 1 - right, height - 1 - bottom] };
  });
  expect(drawn.across).toBeGreaterThan(0.5);
  expect(drawn.down).toBeGreaterThan(0.6);
  for (const edge of drawn.edges) expect(edge, JSON.stringify(drawn)).toBeGreaterThan(0);
});
