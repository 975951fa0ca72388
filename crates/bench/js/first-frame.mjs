// Opens the built page again and again: `node first-frame.mjs PLAYWRIGHT DIST`. Each line that comes in is answered with
// the milliseconds from navigation to the page's mark `first-moving-frame`.
import { answer } from "./answer.mjs";
import { launch } from "./browser.mjs";
import { serve } from "./server.mjs";

const MARK = "first-moving-frame";
const [playwright, dist] = process.argv.slice(2);
const { address, close } = await serve(dist);
const browser = await launch(playwright);

async function load() {
  // A profile of its own: nothing is cached, neither files nor compiled code.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(error));
    await page.goto(address);
    const mark = await page.waitForFunction((mark) => performance.getEntriesByName(mark)[0]?.startTime, MARK);
    return await mark.jsonValue();
  } finally {
    await context.close();
  }
}

await answer(`Chromium ${browser.version()}`, load);
await browser.close();
close();
