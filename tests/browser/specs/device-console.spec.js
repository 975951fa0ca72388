// The consoles of switches and routers: what they show at each moment, and what is set there.
import { QUIET, expect, openTab, test } from "../aquarium.js";
import { violations } from "../axe.js";
import { ROUTED } from "../networks.js";
import { LONG } from "../patience.js";

const PINGED = { ...QUIET, runs: [{ at: "1s", ping: { from: "a", to: "b", count: 30 } }] };

/** The console of a switch or router. */
class Console {
  constructor(page, node) {
    this.page = page;
    this.node = page.getByRole("combobox", { name: "Node", exact: true });
    this.output = page.getByRole("log", { name: `Console of ${node}` });
    this.line = page.getByRole("textbox", { name: `Command on ${node}`, exact: true });
  }

  async type(line) {
    await this.line.fill(line);
    await this.line.press("Enter");
  }
}

async function open(aquarium, page, scenario, node) {
  await aquarium.open(scenario);
  await aquarium.instrument("Console");
  const console = new Console(page, node);
  await console.node.selectOption(node);
  return console;
}

/** The pixels of the drawing. */
const drawn = (aquarium) => aquarium.canvas.evaluate((canvas) => canvas.toDataURL());

/** Plays at full speed until this moment, and pauses. */
async function playTo(aquarium, seconds) {
  await aquarium.atFullSpeed();
  await expect.poll(() => aquarium.moment(), LONG).toBeGreaterThan(seconds * 1e9);
  await aquarium.button("Pause").click();
}

test("a switch shows its table while frames pass, and in the past the older one", async ({ page, aquarium }) => {
  const console = await open(aquarium, page, PINGED, "s");
  await playTo(aquarium, 3);
  await console.type("show mac");
  await expect(console.output).toContainText("s# show mac\nVlan");
  await expect(console.output).toContainText("0250.0000.0001    DYNAMIC     Gi0/0");
  await expect(console.output).toContainText("Total Mac Addresses for this criterion: 2");
  await expect(console.line).toBeFocused();
  expect(await violations(page, "light")).toEqual([]);

  await aquarium.goTo(0.5);
  await expect(console.output, "the line was typed later").not.toContainText("DYNAMIC");
  await expect(page.getByText("show answers from then, set begins another branch")).toBeVisible();
  await console.type("show mac");
  await expect(console.output).toContainText("Total Mac Addresses for this criterion: 0");
  await expect(console.output).not.toContainText("DYNAMIC");
  await expect(aquarium.branches, "looking begins no branch").toHaveCount(0);

  await console.type("set port 0 off");
  await expect(aquarium.branches).toHaveCount(2);
  await expect(console.output).toContainText("s# set port 0 off", LONG);
});

test("a port that is set off is drawn so, although time stands still", async ({ page, aquarium }) => {
  const console = await open(aquarium, page, PINGED, "s");
  await playTo(aquarium, 2);
  await console.type("show interfaces | grep Gi0/0");
  await expect(console.output).toContainText("up         9216  a");
  const before = await drawn(aquarium);
  await console.type("set port 0 off");
  await expect.poll(() => drawn(aquarium)).not.toBe(before);
  await console.type("show interfaces | grep Gi0/0");
  await expect(console.output).toContainText("admin down 9216  a");
});

test("a router shows its routes, forgets one and remembers it in the past", async ({ page, aquarium }) => {
  const scenario = { ...ROUTED, runs: [{ ping: { from: "a", to: "b", count: 30 } }] };
  const console = await open(aquarium, page, scenario, "r1");
  await playTo(aquarium, 3);
  await console.type("show ip route");
  await expect(console.output).toContainText("S     10.0.2.0/24 [1/1] via 10.0.12.2");
  await console.type("set no route 10.0.2.0/24");
  await console.line.press("Control+l");
  await console.type("show ip route | grep -c 10.0.2.0");
  await expect(console.output).toHaveText("r1# show ip route | grep -c 10.0.2.0\n0\n");
  await aquarium.goTo(1);
  await console.type("show ip route | grep -c 10.0.2.0");
  await expect(console.output).toContainText("grep -c 10.0.2.0\n1\n");
});

test("lines are completed, brought back, and a wrong one says what was expected", async ({ page, aquarium }) => {
  const console = await open(aquarium, page, ROUTED, "r1");
  await console.line.fill("sh");
  await console.line.press("Tab");
  await expect(console.line).toHaveValue("show ");
  await console.line.fill("set interface r");
  await console.line.press("Tab");
  await expect(console.line).toHaveValue("set interface Gi0/1 ");
  await console.line.press("Tab");
  await expect(page.getByRole("status").filter({ hasText: "outside" })).toContainText("address");
  await console.type("set interface Gi0/1 sideways");
  await expect(console.output).toContainText("% Invalid input: sideways\n  set interface PORT up|down\n");
  await console.line.press("ArrowUp");
  await expect(console.line).toHaveValue("set interface Gi0/1 sideways");
  await console.type("clear --help");
  await expect(console.output).toContainText("r1# clear --help\n  clear arp\n  clear nat\n");
});

test("the card of a switch opens its console, which offers no web browser", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.pane("Inspect");
  await page.getByRole("button", { name: /^Switch s/ }).click();
  const card = page.getByRole("group", { name: "s", exact: true });
  await expect(card.getByRole("button", { name: "Web browser" })).toHaveCount(0);
  await card.getByRole("button", { name: "Console" }).click();
  await expect(new Console(page, "s").line).toBeFocused();
  await expect(page.getByRole("group", { name: "Program", exact: true })).toHaveCount(0);
});

test("what was set is in the shared link", async ({ page, aquarium, context }) => {
  const console = await open(aquarium, page, PINGED, "s");
  await playTo(aquarium, 2);
  await console.type("set port 1 off");
  await expect(console.output).toContainText("set port 1 off");
  await aquarium.button("Share").click();
  const link = await aquarium.dialog.getByRole("textbox", { name: /link/i }).first().inputValue();
  const other = await context.newPage();
  await other.goto(link);
  await openTab(other, "Console");
  const again = new Console(other, "s");
  await again.node.selectOption("s");
  await again.type("show interfaces");
  await expect(again.output).toContainText("admin down 9216  b", LONG);
});
