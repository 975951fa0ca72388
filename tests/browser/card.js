// Makes web/icons/card.jpg, the picture that chats show of a link to the page: the stage of an example, a moment after a cable is
// pulled. By hand, after a change of the drawing: `cargo xtask build`, then `node card.js` in this folder. CHROMIUM names the browser.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { Host } from "./host.js";
import { fragment } from "./networks.js";

const root = join(import.meta.dirname, "../..");
const [EXAMPLE, AT] = ["spanning-tree", "600.6ms"];
// Chats scale the picture down: with two pixels for each of the page's, its texts can be read all the same.
const [WIDTH, HEIGHT, DENSITY] = [600, 315, 2];

/** The stage's picture, once two in a row are the same. */
async function atRest(page, canvas) {
  for (let last; ; ) {
    const picture = await canvas.evaluate((canvas) => canvas.toDataURL("image/jpeg", 0.8));
    if (picture === last) return picture;
    last = picture;
    await page.waitForTimeout(500);
  }
}

const scenario = JSON.parse(await readFile(join(root, "scenarios", `${EXAMPLE}.json`), "utf8"));
const host = await Host.of();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 2 * HEIGHT }, deviceScaleFactor: DENSITY });
  await page.goto(`${host.url}?embed#${fragment(scenario)}&at=${AT}`);
  const canvas = page.getByRole("img", { name: /^Drawing of the network/ });
  // What surrounds the stage takes another height in a lower window.
  for (let height; height !== HEIGHT; ) {
    await atRest(page, canvas);
    ({ height } = await canvas.boundingBox());
    const viewport = page.viewportSize();
    await page.setViewportSize({ ...viewport, height: Math.round(viewport.height + HEIGHT - height) });
  }
  const picture = await atRest(page, canvas);
  await writeFile(join(root, "web/icons/card.jpg"), Buffer.from(picture.split(",")[1], "base64"));
} finally {
  await browser.close();
  await host.end();
}
