import { chromium } from "@playwright/test";
import { readFileSync } from "node:fs";
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const shots = [
  ["spanning-tree", "&at=4.02s", 1440, 900, "light"],
  ["vlans", "&at=7.012s", 1440, 900, "dark"],
  ["home-network", "&at=3.3s", 1440, 900, "light"],
  ["three-networks", "&at=0.016s", 1440, 900, "dark"],
  ["broadcast-storm", "&at=0.5s", 1440, 900, "light"],
  ["vlans", "&at=7.012s", 390, 844, "light"],
  ["firewall", "&at=4.006s", 1440, 900, "light"],
];
for (const [name, at, width, height, scheme] of shots) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.on("console", (m) => m.type() === "error" && console.log(name, m.text()));
  const text = JSON.stringify(JSON.parse(readFileSync(`../../scenarios/${name}.json`, "utf8")));
  await page.goto(`http://127.0.0.1:8123/some/folder/#json:${encodeURIComponent(text)}${at}`);
  await page.waitForTimeout(3500);
  await page.screenshot({ path: `/tmp/shot-${name}-${width}-${scheme}.png` });
  await page.close();
}
await browser.close();
