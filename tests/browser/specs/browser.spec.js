// The web browser of a host: an address, a page, what happened below it.
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const WEB = {
  ...QUIET,
  title: "A small web",
  nodes: [
    { ...QUIET.nodes[0], dns: ["10.0.0.2"] },
    {
      ...QUIET.nodes[1],
      services: {
        dns: { zone: { "www.example.test": "10.0.0.2" } },
        http: { pages: { "/": "<title>Start</title><h1>Hello</h1><ul><li>one</li></ul><script>alert(1)</script><a href='/next'>further</a>", "/next": "<h1>Next</h1>" } },
      },
    },
    ...QUIET.nodes.slice(2),
  ],
};

async function browse(aquarium, page) {
  await aquarium.open(WEB);
  await aquarium.instrument("Console");
  await page.getByRole("combobox", { name: "Node", exact: true }).selectOption("a");
  await aquarium.button("Web browser").click();
  await aquarium.atFullSpeed();
  return { address: page.getByRole("textbox", { name: "Address" }), shown: page.getByRole("region", { name: "Page on a" }) };
}

test("a page is shown as headings, lists and links, with what happened below it", async ({ page, aquarium }) => {
  const { address, shown } = await browse(aquarium, page);
  await address.fill("www.example.test");
  await address.press("Enter");
  await expect(shown.getByRole("heading", { name: "Hello" })).toBeVisible(LONG);
  await expect(address).toHaveValue("http://www.example.test/");
  await expect(shown.getByRole("listitem")).toHaveText("one");
  await expect(shown, "no script").not.toContainText("alert");
  const steps = page.getByRole("group", { name: "What happened below the page" }).getByRole("rowheader");
  // A host with IPv4 and IPv6 asks for the addresses of both.
  await expect(steps).toContainText(["DNS: www.example.test", "DNS: www.example.test", "TCP: 10.0.0.2 port 80", "GET /", "200: content"]);

  await shown.getByRole("link", { name: "further" }).click();
  await expect(shown.getByRole("heading", { name: "Next" })).toBeVisible(LONG);
  await expect(address).toHaveValue("http://www.example.test/next");
  await aquarium.button("Back").click();
  await expect(shown.getByRole("heading", { name: "Hello" })).toBeVisible();
  await aquarium.button("Console").click();
  await expect(page.getByRole("log", { name: "Console of a" })).toContainText("a$ curl -iL http://www.example.test/next");
});

test("what fails is said as browsers say it", async ({ page, aquarium }) => {
  const { address, shown } = await browse(aquarium, page);
  await address.fill("nowhere.test");
  await address.press("Enter");
  await expect(shown.getByRole("alert")).toContainText("Server not found", LONG);
  await address.fill("10.0.0.2:81");
  await address.press("Enter");
  await expect(shown.getByRole("alert")).toContainText("Connection refused", LONG);
  await address.fill("ftp://10.0.0.2/");
  await address.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "no address of a web page" })).toBeVisible();
});

test("rewound, the browser shows what it showed then", async ({ page, aquarium }) => {
  const { address, shown } = await browse(aquarium, page);
  await address.fill("http://10.0.0.2/");
  await address.press("Enter");
  await expect(shown.getByRole("heading", { name: "Hello" })).toBeVisible(LONG);
  await aquarium.timeline.focus();
  await page.keyboard.press("Home");
  await expect(shown.getByRole("heading")).toHaveCount(0);
});
