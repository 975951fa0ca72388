// Takes samples in a page: `node chromium.mjs PLAYWRIGHT MODULE [fresh]`. With `fresh` each is taken in a browser profile of
// its own, where nothing is compiled yet and no memory taken. See src/bin/bench/worker.rs for what is said to whom.
import { answer } from "./answer.mjs";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";

const [playwright, module, fresh] = process.argv.slice(2);
const { address, close } = await serve(module);
const browser = await launch(playwright);

/** On a page's own thread, where the engine runs when people use it. */
async function open() {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(address);
  await page.evaluate(async () => {
    const bench = await import("./bench.js");
    await bench.default();
    globalThis.bench = bench;
  });
  return page;
}

const measure = (page, name) => page.evaluate((name) => globalThis.bench.measure(name), name);

async function measureAfresh(name) {
  const page = await open();
  try {
    return await measure(page, name);
  } finally {
    await page.context().close();
  }
}

const version = `Chromium ${browser.version()}`;
if (fresh) {
  await answer(version, measureAfresh);
} else {
  const page = await open();
  await answer(version, (name) => measure(page, name));
}
await browser.close();
close();
