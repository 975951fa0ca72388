// The console of a host: by keyboard, in the past, and from a link.
import { QUIET, expect, fragment, openTab, test } from "../aquarium.js";
import { LONG } from "../patience.js";

const SERVED = {
  ...QUIET,
  title: "A network with names",
  nodes: [
    ...QUIET.nodes.slice(0, 1).map((node) => ({ ...node, dns: ["10.0.0.2"] })),
    { ...QUIET.nodes[1], services: { dns: { zone: { "www.example.test": "10.0.0.2" } }, http: { pages: { "/": "<h1>Hello</h1>" } } } },
    ...QUIET.nodes.slice(2),
  ],
};

/** The console of a host: its output and its line. */
class Console {
  constructor(page, host) {
    this.page = page;
    this.host = page.getByRole("combobox", { name: "Node", exact: true });
    this.output = page.getByRole("log", { name: `Console of ${host}` });
    this.line = page.getByRole("textbox", { name: `Command on ${host}`, exact: true });
    this.running = page.getByRole("textbox", { name: /^Line to / });
  }

  async type(line) {
    await this.line.fill(line);
    await this.line.press("Enter");
  }
}

async function open(aquarium, page, scenario = QUIET, host = "a") {
  await aquarium.open(scenario);
  await aquarium.instrument("Console");
  const console = new Console(page, host);
  await console.host.selectOption(host);
  return console;
}

test("a line is typed, its output appears in virtual time, and the prompt is there again", async ({ page, aquarium }) => {
  const console = await open(aquarium, page);
  await aquarium.atFullSpeed();
  await console.type("ping -c 2 10.0.0.2");
  await expect(console.output).toContainText("a$ ping -c 2 10.0.0.2");
  await expect(console.running).toHaveAccessibleName("Line to ping on a");
  await expect(console.output).toContainText("2 packets transmitted, 2 received", LONG);
  await expect(console.line).toBeFocused();
  await console.type("ip addr | grep 10.0");
  await expect(console.output).toContainText("inet 10.0.0.1/24");
});

test("the arrow keys bring lines back, Tab completes, Ctrl-L clears, and Tab on an empty line goes on", async ({ page, aquarium }) => {
  const console = await open(aquarium, page, SERVED);
  await console.type("echo one");
  await expect(console.output).toContainText("one\n");
  await console.type("echo two");
  await expect(console.output).toContainText("two\n");
  await console.line.pressSequentially("draft");
  await console.line.press("ArrowUp");
  await expect(console.line).toHaveValue("echo two");
  await console.line.press("ArrowUp");
  await expect(console.line).toHaveValue("echo one");
  await console.line.press("ArrowDown");
  await console.line.press("ArrowDown");
  await expect(console.line).toHaveValue("draft");
  await console.line.fill("trace");
  await console.line.press("Tab");
  await expect(page.getByRole("status").filter({ hasText: "traceroute" })).toContainText("tracert");
  await console.line.fill("cur");
  await console.line.press("Tab");
  await expect(console.line).toHaveValue("curl ");
  await console.line.pressSequentially("http://ww");
  await console.line.press("Tab");
  await expect(console.line).toHaveValue("curl http://www.example.test ");
  await expect(console.line).toBeFocused();
  await console.line.press("Control+l");
  await expect(console.output).not.toContainText("two");
  await console.line.fill("");
  await console.line.press("Tab");
  await expect(console.line).not.toBeFocused();
});

test("Ctrl-C stops a command, also in the past, where it begins a branch", async ({ page, aquarium }) => {
  const console = await open(aquarium, page);
  await aquarium.atFullSpeed();
  await console.type("ping 10.0.0.2");
  await expect(console.output).toContainText("icmp_seq=3", LONG);
  await console.running.press("Control+c");
  await expect(console.output).toContainText("^C");
  await expect(console.output).toContainText("packet loss", LONG);
  await expect(console.line).toBeFocused();

  await aquarium.goTo(1.5);
  await expect(console.output).toContainText("icmp_seq=2");
  await expect(console.output).not.toContainText("icmp_seq=3");
  await expect(console.output, "it shows what it showed then").not.toContainText("^C");
  await expect(page.getByText("what you type here begins another branch")).toBeVisible();
  await console.running.press("Control+c");
  await expect(console.output).toContainText("2 packets transmitted", LONG);
  await expect(aquarium.branches).toHaveCount(2);
});

test("what was typed is in the shared link", async ({ page, aquarium, context }) => {
  const console = await open(aquarium, page, SERVED);
  await aquarium.atFullSpeed();
  await console.type("curl http://www.example.test/");
  await expect(console.output).toContainText("<h1>Hello</h1>", LONG);
  await aquarium.button("Share").click();
  const link = await aquarium.dialog.getByRole("textbox", { name: /link/i }).first().inputValue();
  const other = await context.newPage();
  await other.goto(link);
  await openTab(other, "Console");
  const again = new Console(other, "a");
  await again.host.selectOption("a");
  await expect(again.output).toContainText("<h1>Hello</h1>", LONG);
});

test("a line that is typed while time is paused plays on", async ({ page, aquarium }) => {
  const console = await open(aquarium, page);
  await page.keyboard.press("Escape");
  await aquarium.button("Pause").click();
  await expect(page.getByText("Time is paused: a line plays on.")).toBeVisible();
  await console.type("hostname -I");
  await expect(console.output).toContainText("10.0.0.1");
});

test("the card of a host opens its console, whose line has the focus", async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await aquarium.pane("Inspect");
  await page.getByRole("button", { name: /^Host b/ }).click();
  await page.getByRole("group", { name: "b" }).getByRole("button", { name: "Console" }).click();
  await expect(new Console(page, "b").line).toBeFocused();
});

test("a document with services and commands runs from a link", async ({ page, aquarium }) => {
  const runs = [{ at: "1s", command: { on: "a", line: "dig +short www.example.test" } }];
  await page.goto(`./#${fragment({ ...SERVED, runs })}`);
  await aquarium.atFullSpeed();
  await aquarium.instrument("Console");
  await expect(new Console(page, "a").output).toContainText("a$ dig +short www.example.test\n10.0.0.2", LONG);
});
