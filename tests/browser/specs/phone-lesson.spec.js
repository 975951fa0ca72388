// The first lesson on a phone: 390 pixels wide, with fingers alone, from the list of lessons to the reason at its end.
import { expect, test } from "../aquarium.js";
import { pane, question, solved, title } from "../lesson.js";
import { LONG } from "../patience.js";

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** What a finger does. */
class Fingers {
  constructor(page, aquarium) {
    this.page = page;
    this.aquarium = aquarium;
  }

  /** Opens a tab, if it is not open, and finds that nothing is wider than the page. */
  async open(name) {
    const tab = this.page.getByRole("tab", { name, exact: true });
    if ((await tab.getAttribute("aria-selected")) !== "true") await tab.tap();
    await expect(this.page.getByRole("tabpanel", { name, exact: true })).toBeVisible(LONG);
    expect(await overflow(this.page), name).toBeLessThanOrEqual(0);
  }

  async press(name) {
    await pane(this.page).getByRole("button", { name, exact: true }).tap();
  }

  async ping(from, to) {
    await this.open("Runs");
    const form = this.page.getByRole("form", { name: "Start a run" });
    await form.getByRole("radio", { name: "Ping", exact: true }).tap();
    await form.getByLabel("From", { exact: true }).selectOption(from);
    await form.getByLabel("To", { exact: true }).selectOption(to);
    await form.getByRole("button", { name: "Start ping" }).tap();
  }

  /** Marks choices in a form, or types its answer, and sends it. */
  async fill(form, send, ...answers) {
    for (const answer of answers) {
      const choice = form.getByLabel(answer, { exact: true });
      if ((await choice.count()) > 0) await choice.tap();
      else {
        await form.getByRole("textbox").tap();
        await this.page.keyboard.type(answer);
      }
    }
    await form.getByRole("button", { name: send }).tap();
  }

  async answer(asked, ...answers) {
    await this.fill(question(this.page, asked), "Check", ...answers);
    await expect(question(this.page, asked).getByRole("status")).toContainText("Right.");
  }

  /** Chooses a host in the console, and types a line if there is one. */
  async console(host, line) {
    await this.open("Console");
    await this.page.getByRole("combobox", { name: "Node", exact: true }).selectOption(host);
    if (line) {
      await this.page.getByRole("textbox", { name: `Command on ${host}`, exact: true }).tap();
      await this.page.keyboard.type(line);
      await this.aquarium.button("Enter").tap();
    }
    return this.page.getByRole("log", { name: `Console of ${host}` });
  }
}

test("lesson 1 is done with fingers", async ({ page, aquarium }) => {
  const fingers = new Fingers(page, aquarium);
  await aquarium.open();
  await aquarium.button("Lessons").tap();
  await aquarium.dialog.getByLabel("Your name").tap();
  await page.keyboard.type("Ada");
  await aquarium.dialog.getByRole("button", { name: /^Frames on a cable/ }).tap();
  await expect(title(page, "One cable, two computers")).toBeInViewport();
  await fingers.ping("ana", "ben");
  await fingers.open("Lesson");
  await expect(pane(page).getByRole("list", { name: "Goals" })).toContainText("Done", LONG);
  await expect(aquarium.nothingMoves).toBeVisible(LONG);
  await fingers.press("Next");

  await fingers.open("Packets");
  await aquarium.packets.getByRole("row").filter({ hasText: "Echo (ping) request" }).first().tap();
  await aquarium.button("Details").tap();
  const ethernet = aquarium.inspector.getByRole("group").filter({ hasText: "Ethernet II" });
  const [, destination] = (await ethernet.textContent()).match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g);
  await aquarium.live.tap();
  await fingers.open("Lesson");
  await fingers.answer("Which MAC address is the destination of ana's ping?", destination);
  await fingers.press("Next");

  const friend = /from dora to (\w+)/.exec(await pane(page).textContent())[1];
  const third = ["eva", "finn"].find((name) => name !== friend);
  await fingers.ping("dora", friend);
  await fingers.open("Lesson");
  const turn = question(page, "Your turn: time stands still.");
  await expect(turn).toBeVisible(LONG);
  await fingers.fill(turn, "Predict and go on", "to dora", `to ${third}`);
  await expect(pane(page)).toContainText("Right.", LONG);
  await fingers.press("Next");

  await fingers.answer(`What does ${third} do with a frame for ${friend}?`, "It drops the frame.");
  await fingers.answer("How many cables did dora's ping cross", "3");
  await fingers.press("Next");

  await fingers.console(third, "tcpdump");
  await fingers.ping("dora", friend);
  await expect(await fingers.console(third)).toContainText("ICMP echo request", LONG);
  await fingers.open("Lesson");
  await fingers.answer("Whose cards receive the frame?", `Those of ${friend} and ${third}`);
  await solved(page);
  expect(await overflow(page), "nothing is wider than the page").toBeLessThanOrEqual(0);
});
