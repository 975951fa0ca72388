// The card that a chat shows of a link to the page: what is in the page's tags, for servers that run no script.
import { expect, test } from "../aquarium.js";

const MOST_BYTES = 60 * 1024;

/** The contents of the page's meta tags, by name, as the host sends them. */
async function tags(page) {
  const source = await (await page.request.get("./")).text();
  return page.evaluate((source) => {
    const metas = [...new DOMParser().parseFromString(source, "text/html").querySelectorAll("meta[content]")];
    return Object.fromEntries(metas.map((meta) => [meta.getAttribute("property") ?? meta.name, meta.content]));
  }, source);
}

test("a chat finds a title, a description, and a picture of the stated size", async ({ page, baseURL }) => {
  const found = await tags(page);
  expect(found["og:title"]).toContain("Packetarium");
  expect(found["og:description"].length).toBeLessThan(200);
  expect(found["og:image:alt"]).toBeTruthy();
  expect(found["twitter:card"]).toBe("summary_large_image");
  expect(found["og:url"], "a chat may link to it, and it has no scenario").toBeUndefined();

  const response = await page.request.get(found["og:image"]);
  expect(response.headers()["content-type"]).toBe(found["og:image:type"]);
  expect((await response.body()).length).toBeLessThan(MOST_BYTES);
  await page.goto("./embed.html");
  const size = await page.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, new URL(found["og:image"], baseURL).href);
  expect(size).toEqual([1200, 630]);
  expect(size).toEqual([Number(found["og:image:width"]), Number(found["og:image:height"])]);
});

test("the page itself does not request the picture", async ({ page, aquarium }) => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.addInitScript(() => addEventListener("complete", () => (window.isComplete = true)));
  await aquarium.open();
  await page.waitForFunction(() => window.isComplete);
  expect(asked.filter((url) => url.endsWith(".jpg"))).toEqual([]);
});
