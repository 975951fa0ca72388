// Runs: started by hand on a network where nothing else happens, and their results.
import { QUIET, expect, test } from "../aquarium.js";
import { LONG } from "../patience.js";

test.beforeEach(async ({ page, aquarium }) => {
  await aquarium.open(QUIET);
  await expect(aquarium.nothingMoves).toBeVisible();
  await expect(aquarium.results).toContainText("None yet.");
  await aquarium.atFullSpeed();
});

const RTT = /^\d+(\.\d+)?\s(ms|µs)$/;
const RATE = /^\d+(\.\d+)?\s[kMG]bit\/s$/;

test("a ping shows the round-trip time of each answer", async ({ aquarium }) => {
  await aquarium.start("Ping", { "Echo requests": "3" });
  const card = aquarium.run("Ping a → b");
  for (const number of [1, 2, 3]) await expect(card.getByText(new RegExp(`^Reply ${number}\\d+\\.\\d+\\sms$`))).toBeVisible();
  await expect(card).toContainText("done");
  await expect(aquarium.fact(card, "Answered")).toHaveText("3");
  await expect(aquarium.fact(card, "Average")).toHaveText(RTT);
});

test("a ping to an address that no host has reports that the host does not answer, and nothing was sent", async ({ aquarium }) => {
  await aquarium.start("Ping", { To: "another address …", Address: "10.0.0.99", "Echo requests": "1" });
  const card = aquarium.run("Ping a → 10.0.0.99");
  await expect(card).toContainText("reports for request 1: the host does not answer");
  await expect(aquarium.fact(card, "Sent")).toHaveText("0");
  await expect(aquarium.fact(card, "Answered")).toHaveText("0");
});

for (const over of ["TCP", "UDP"]) {
  test(`a ${over} echo shows a transcript of the messages sent and received`, async ({ aquarium }) => {
    await aquarium.start("Echo", { Transport: over, Text: "Blub, blub?", Messages: "2" });
    const card = aquarium.run(`${over} echo a → b`);
    await expect(card).toContainText("done");
    const lines = card.getByRole("list", { name: "What happened" }).getByRole("listitem");
    const exchange = [/^→ Blub, blub\?$/, /^← Blub, blub\?\d.*s$/];
    await expect(lines).toHaveText([...(over === "TCP" ? [/^Connected\d.*s$/] : []), ...exchange, ...exchange]);
  });
}

test("an iperf over TCP shows its intervals and a plot while it goes on, and its throughput at the end", async ({ aquarium }) => {
  await aquarium.start("iperf", { Send: "for a duration", Duration: "8" });
  const card = aquarium.run("iperf TCP a → b");
  const intervals = card.getByRole("group", { name: "Intervals" }).getByRole("row");
  const plot = card.getByRole("img", { name: /^Throughput over / });
  await expect(plot).toBeVisible();
  const early = await plot.getAttribute("aria-label");
  await expect.poll(() => intervals.count()).toBeGreaterThan(2);
  // However long the look at it takes, the run does not end meanwhile.
  await aquarium.button("Pause").click();
  await expect(plot, "the plot grows").not.toHaveAttribute("aria-label", early);
  await expect(card, "the run goes on").toContainText("under way");
  await aquarium.button("Play").click();
  await expect(card).toContainText("done", LONG);
  await expect(intervals.last().getByRole("cell").last()).toHaveText(RATE);
  // 100 Mbit/s, less what frames and headers take, and the receiver's window.
  const throughput = await aquarium.fact(card, "Throughput").textContent();
  expect(throughput).toMatch(/^\d\d(\.\d)?\sMbit\/s$/);
});

test("an iperf over UDP shows loss and jitter", async ({ aquarium }) => {
  await aquarium.start("iperf", { To: "c", Transport: "UDP", "Amount of data": "200kB", Rate: "2Mbps" });
  const card = aquarium.run("iperf UDP a → c");
  await expect(card).toContainText("done", LONG);
  const [, lost, share] = /^(\d+) \((\d+\.\d)\s%\)$/.exec(await aquarium.fact(card, "Lost").textContent());
  expect(Number(lost)).toBeGreaterThan(0);
  expect(Number(share), "share of the datagrams, on a cable that loses a fifth").toBeGreaterThan(5);
  expect(Number(share)).toBeLessThan(50);
  await expect(aquarium.fact(card, "Jitter")).toHaveText(/^\d.*s$/);
});

test("a connection carries its message", async ({ aquarium }) => {
  await aquarium.start("Connect", { Text: "ahoy" });
  const card = aquarium.run("Connect a → b");
  await expect(card).toContainText("done");
  await expect(card).toContainText("ahoy");
  await expect(aquarium.fact(card, "Delivered")).toHaveText(/^4\sB$/);
});

test("runs can go on at the same time, and each has its results", async ({ aquarium }) => {
  await aquarium.button("Pause").click();
  await aquarium.start("Ping", { "Echo requests": "2" });
  await aquarium.start("Echo", { From: "b", To: "c", Transport: "UDP" });
  await expect(aquarium.run("Ping a → b")).toContainText("done");
  await expect(aquarium.run("UDP echo b → c")).toContainText(/done|failed/);
});

test("errors are shown at their fields, and nothing starts until they are corrected", async ({ page, aquarium }) => {
  await aquarium.start("Ping", { "Echo requests": "many", Interval: "5" });
  const count = page.getByLabel("Echo requests", { exact: true });
  const interval = page.getByLabel("Interval", { exact: true });
  await expect(count).toHaveAttribute("aria-invalid", "true");
  await expect(count).toBeFocused();
  await expect(count).toHaveAccessibleDescription(/number/);
  await expect(interval).toHaveAccessibleDescription(/unit/);
  await expect(aquarium.results).toContainText("None yet.");

  await count.fill("1");
  await expect(count).not.toHaveAttribute("aria-invalid", "true");
  await expect(interval).toHaveAttribute("aria-invalid", "true");
  await interval.fill("5ms");
  await page.getByLabel("To", { exact: true }).selectOption("a");
  await aquarium.button("Start ping").click();
  await expect(page.getByLabel("To", { exact: true })).toBeFocused();
  await expect(page.getByLabel("To", { exact: true })).toHaveAccessibleDescription(/./);
  await page.getByLabel("To", { exact: true }).selectOption("b");
  await aquarium.button("Start ping").click();
  await expect(aquarium.run("Ping a → b")).toContainText("done");
});
