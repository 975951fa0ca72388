// How long the tests wait before they give up. Timeouts claim nothing about the page: they end what hangs, so they are meant for
// a machine that is slow and busy. Claims of pace are counted in work (counted-clock.js).

/**
 * By how many times Chromium slows its processor down: `PACKETARIUM_CPU_THROTTLE=4 npx playwright test` shows the page as a
 * Chromebook would run it. Every timeout is as many times longer.
 */
export const CPU_THROTTLE = Number(process.env.PACKETARIUM_CPU_THROTTLE ?? 1);

/** For one thing that a person does or waits for. */
export const SHORT = 30_000 * CPU_THROTTLE;
/** For what takes the page some work, such as a run to its end: an option of an assertion. */
export const LONG = { timeout: 90_000 * CPU_THROTTLE };
/** For a whole test. */
export const WHOLE_TEST = 180_000 * CPU_THROTTLE;
