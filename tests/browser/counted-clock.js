// A clock for the page that counts what the page does, so that claims about its pace hold on every machine.
//
// The page divides its work by the clock: it works until the budget of an animation frame is used up, and defers the rest to
// the next frame. On a slow or busy machine the real clock shows as much about the machine as about the page. On this clock
// time passes only by the page's doings: each look at it (`performance.now()`) takes LOOK_MS, and each animation frame begins
// a 60th of a second after the last one, or later if the page looked at the clock for longer. What is then counted in a frame
// is the page's own division of work. How long that work takes on a real machine is measured by `cargo xtask bench`.
import { expect } from "./aquarium.js";

/** From one animation frame to the next, in milliseconds: what the page's work must fit into. */
export const FRAME_MS = 1_000 / 60;
const LOOK_MS = 0.25;

/** Gives a page this clock. To be called before the page is opened. */
export const install = (page) => page.addInitScript(count, { frameMs: FRAME_MS, lookMs: LOOK_MS });

/**
 * Watches this many animation frames while `use` uses the page. Returns the milliseconds that each frame, with all tasks up to
 * the next one, took on the counted clock.
 */
export async function frames(page, number, use = async () => {}) {
  const begin = await page.evaluate(() => countedClock.frames.length);
  await use();
  await page.waitForFunction((end) => countedClock.frames.length >= end, begin + number);
  return page.evaluate((begin) => countedClock.frames.slice(begin), begin);
}

/** Fails if one of the frames took longer than an animation frame lasts, or if the page had nothing to defer. */
export function expectDivided(taken, budgetMs) {
  const longest = Math.max(...taken);
  expect(longest, "the longest frame, in milliseconds of the counted clock").toBeLessThanOrEqual(FRAME_MS);
  const full = taken.filter((ms) => ms >= budgetMs).length;
  expect(full, "frames that used up their budget and deferred the rest").toBeGreaterThan(taken.length / 2);
}

/** In the page, before its scripts. */
function count({ frameMs, lookMs }) {
  // Of the frames that are over.
  const frames = [];
  let now = 0;
  let began = 0;
  let browserFrame;
  const requestFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    requestFrame((timestamp) => {
      // All callbacks of one animation frame have the same timestamp.
      if (timestamp !== browserFrame) {
        browserFrame = timestamp;
        frames.push(now - began);
        began = now = Math.max(began + frameMs, now);
      }
      callback(began);
    });
  performance.now = () => (now += lookMs);
  window.countedClock = { frames, began: () => began };
}
