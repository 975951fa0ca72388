// Takes samples in a page: `node chromium.mjs PLAYWRIGHT MODULE`. See src/bin/bench/worker.rs for what is said to whom.
import { answer } from './answer.mjs';
import { launch } from './browser.mjs';
import { serve } from './server.mjs';

const [playwright, module] = process.argv.slice(2);
const { address, close } = await serve(module);
const browser = await launch(playwright);
const page = await browser.newPage();
page.on('pageerror', (error) => console.error(error));
await page.goto(address);
// On the page's own thread, where the engine runs when people use it.
await page.evaluate(async () => {
  const bench = await import('./bench.js');
  await bench.default();
  globalThis.bench = bench;
});
await answer(`Chromium ${browser.version()}`, (name) => page.evaluate((name) => globalThis.bench.measure(name), name));
await browser.close();
close();
