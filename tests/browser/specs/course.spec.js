// The first lessons, done as a learner does them: by what the page says and by accessible names, up to the reason at the end.
import { expect, openTab, test } from "../aquarium.js";
import { openWithKeys, pick, press, tabTo, typeInto } from "../keyboard.js";
import { begin, choose, command, done, hinted, mark, next, pane, predict, question, read, solved, title, write } from "../lesson.js";
import { LONG } from "../patience.js";

test("lesson 1: a ping over a cable, and one over a hub, whose third host overhears it", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Frames on a cable/);
  await aquarium.start("Ping", { From: "ana", To: "ben", "Echo requests": "1" });
  await aquarium.playToTheEnd();
  await read(page);
  await done(page);
  await next(page);

  const asked = "Which MAC address is the destination of ana's ping?";
  await openTab(page, "Packets");
  await aquarium.packets.getByRole("row").filter({ hasText: "Echo (ping) request" }).first().click();
  const ethernet = aquarium.inspector.getByRole("group").filter({ hasText: "Ethernet II" });
  const [source, destination] = (await ethernet.textContent()).match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g);
  await read(page);
  await write(page, asked, source, "That is the source: ana's own card.");
  await write(page, asked, destination.slice(0, -3), "six pairs of digits, with colons between them");
  await write(page, asked, destination.replaceAll(":", "-"));
  await next(page);

  const friend = /from dora to (\w+)/.exec(await pane(page).textContent())[1];
  const third = ["eva", "finn"].find((name) => name !== friend);
  await aquarium.live.click();
  await aquarium.start("Ping", { From: "dora", To: friend, "Echo requests": "1" });
  await read(page);
  await expect(await mark(page, aquarium, "Through which ports of the hub will it leave?", ["dora", third])).toContainText("Right.");
  await aquarium.playToTheEnd();
  await next(page);

  await choose(page, `What does ${third} do with a frame for ${friend}?`, ["It drops the frame."]);
  await write(page, "How many cables did dora's ping cross", "3");
  await next(page);

  await command(page, third, "tcpdump");
  const overheard = await command(page, third);
  await aquarium.start("Ping", { From: "dora", To: friend, "Echo requests": "1" });
  await expect(overheard).toContainText("ICMP echo request", LONG);
  await read(page);
  await done(page);
  await choose(page, "Whose cards receive the frame?", [`Those of ${friend} and ${third}`]);
  await solved(page);
});

test("lesson 4: masks, with pings from the console and an address that is given anew", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^Subnets and masks/);
  await aquarium.atFullSpeed();
  const [printer] = await hinted(page, 2);
  const [a, b, c, house] = printer.split(".");
  await command(page, "laptop", `ping -c 1 ${printer}`);
  await done(page);
  await write(page, "What is the address of the network", printer, "The network's address has 0 as its last number.");
  await write(page, "What is the address of the network", `${a}.${b}.${c}.0`);
  await next(page);

  await choose(page, "What will cross the laptop's cable", ["An ARP request for the camera's address"], "ARP works among neighbors only.");
  await choose(page, "What will cross the laptop's cable", ["Nothing at all"]);
  await command(page, "laptop", ...(await hinted(page, 2)));
  await done(page);
  await next(page);

  const tablet = /It has ([\d.]+)\/26/.exec(await pane(page).textContent())[1];
  await write(page, "What is the mask of /26?", "255.255.255.192");
  await next(page);

  const block = Math.floor(Number(tablet.split(".")[3]) / 64) * 64;
  expect(Math.floor(Number(house) / 64) * 64, "the printer is in another block").not.toBe(block);
  await write(page, "What is the address of the tablet's network", `${a}.${b}.${c}.${block}`);
  await choose(page, "Which host is a neighbor for the tablet?", ["The laptop"]);
  await next(page);

  await choose(page, "The printer pings the tablet. What happens?", ["The ping arrives, but no answer comes."]);
  await command(page, "printer", ...(await hinted(page, 2)));
  await done(page);
  await next(page);

  const lines = [...(await hinted(page, 2)), ...(await hinted(page, 3))];
  await command(page, "tablet", ...lines);
  await done(page);
  await solved(page);
});

test("lesson 5: to whom a host hands its packet, and hosts that lack a gateway", async ({ page, aquarium }) => {
  await begin(page, aquarium, /^The gateway/);
  await aquarium.atFullSpeed();
  // Behind the term stands what it means.
  const gateway = /settings name it as gateway.*?: ([\d.]+)\. Select/.exec(await pane(page).textContent())[1];
  await aquarium.button("Play").click();
  await expect(await predict(page, aquarium, "For which address will the laptop ask by ARP?", [gateway])).toContainText("Right.");
  await next(page);

  const router = /its card has ([0-9a-f:]{17})/.exec(await pane(page).textContent())[1];
  await expect(await predict(page, aquarium, "Which MAC address is the destination", [router])).toContainText("Right.");
  await aquarium.playToTheEnd();
  await next(page);

  await done(page);
  await openTab(page, "Packets");
  await aquarium.place.selectOption("Link s1 – r1");
  const request = aquarium.packets.getByRole("row").filter({ hasText: "Echo (ping) request" }).first();
  const server = (await aquarium.cells(request))[4];
  await write(page, "Which IP address is the destination of the ping", gateway, "Only the frame is for the router.");
  await write(page, "Which IP address is the destination of the ping", server);
  await choose(page, "What is different behind r1?", ["The destination MAC address", "The source MAC address"]);
  await next(page);

  await choose(page, "What will leave the printer?", ["Nothing"]);
  const [route, ping] = await hinted(page, 3);
  const printer = await command(page, "printer", ping);
  await expect(printer).toContainText("unreachable", LONG);
  await command(page, "printer", route, ping);
  await done(page);
  await next(page);

  const camera = /Ping the camera, ([\d.]+),/.exec(await pane(page).textContent())[1];
  await command(page, "laptop", `ping -c 1 ${camera}`);
  await choose(page, "Whose settings are incomplete?", ["Those of the camera"]);
  await command(page, "camera", ...(await hinted(page, 3)));
  await command(page, "laptop", `ping -c 1 ${camera}`);
  await done(page);
  await solved(page);
});

test("lesson 3 by keyboard alone: a wrong answer, a prediction, the packet list, and commands", async ({ page, aquarium }) => {
  await page.addInitScript(() => addEventListener("pointerdown", () => console.error("a pointer was used"), true));
  await aquarium.open();
  await press(page, aquarium.button("Lessons"));
  await typeInto(page, aquarium.dialog.getByLabel("Your name"), "Ada");
  await press(page, aquarium.dialog.getByRole("button", { name: /^ARP/ }));
  await expect(title(page, "Something is missing")).toBeVisible();
  await tabTo(page, aquarium.speed);
  await page.keyboard.press("End");
  const printer = /is on its label: ([\d.]+)\./.exec(await pane(page).textContent())[1];
  const lesson = () => openWithKeys(page, "Panes", "Lesson");
  const ask = async (asked, choice, said) => {
    const form = question(page, asked);
    await pick(page, form.getByRole("group"), form.getByRole("radio", { name: choice, exact: true }));
    await press(page, form.getByRole("button", { name: "Check" }));
    await expect(form.getByRole("status")).toContainText(said);
  };
  const fill = async (asked, answer) => {
    await typeInto(page, question(page, asked).getByRole("textbox"), answer);
    await expect(question(page, asked).getByRole("status")).toContainText("Right.");
  };
  const goOn = async (heading) => {
    await press(page, pane(page).getByRole("button", { name: "Next" }));
    await expect(title(page, heading)).toBeVisible();
  };
  const run = async (line) => {
    await openWithKeys(page, "Instruments", "Console");
    const field = page.getByRole("textbox", { name: "Command on laptop", exact: true });
    await expect(field).toBeVisible(LONG);
    await typeInto(page, field, line);
  };

  await openWithKeys(page, "Panes", "Inspect");
  await press(page, aquarium.inspector.getByRole("button", { name: /^Host laptop/ }));
  await expect(aquarium.inspector).toContainText("None yet");
  await lesson();
  await ask("What does the laptop need", "Nothing more: the IP address is enough", "A frame without one would reach no card.");
  await ask("What does the laptop need", "The MAC address of the printer", "Right.");
  await goOn("One question for all");

  const [card] = /02:00:00:00:00:\d\d/.exec(await pane(page).textContent());
  await openWithKeys(page, "Panes", "Runs");
  const form = page.getByRole("form", { name: "Start a run" });
  await expect(form.getByLabel("From", { exact: true })).toHaveValue("laptop");
  await expect(form.getByLabel("To", { exact: true })).toHaveValue("printer");
  await press(page, form.getByRole("button", { name: "Start ping" }));
  await lesson();
  const turn = pane(page).locator("form").filter({ hasText: "Your turn: time stands still." });
  await expect(turn).toBeVisible(LONG);
  await pick(page, turn.getByRole("group"), turn.getByRole("radio", { name: card }));
  await press(page, turn.getByRole("button", { name: "Predict and go on" }));
  await expect(pane(page)).toContainText("Right.", LONG);
  await done(page);
  await goOn("What the answer says");

  await done(page);
  await openWithKeys(page, "Instruments", "Packets");
  await tabTo(page, aquarium.packets);
  await page.keyboard.press("Home");
  const reply = aquarium.packets.getByRole("row", { selected: true }).filter({ hasText: `${printer} is at` });
  for (let row = 0; row < 5 && !(await reply.isVisible()); row += 1) await page.keyboard.press("ArrowDown");
  const [mac] = /02:00:00:00:00:\d\d/.exec(await reply.textContent());
  await lesson();
  await fill("Which MAC address has the printer?", mac);
  await ask("How does it know the laptop's MAC address?", "It stood in the laptop's ARP request.", "Right.");
  await press(page, aquarium.live);
  await goOn("Does it ask again?");

  await fill("How many ARP requests", "0");
  await run(`ping -c 1 ${printer}`);
  await done(page);
  await goOn("Make it forget");
  await run("ip neigh flush all");
  await run(`ping -c 1 ${printer}`);
  await done(page);
  await goOn("A question without an answer");

  const free = /has the address ([\d.]+)\./.exec(await pane(page).textContent())[1];
  await run(`ping -c 1 ${free}`);
  await expect(page.getByRole("log", { name: "Console of laptop" })).toContainText("Destination Host Unreachable", LONG);
  await fill("How many echo requests", "0");
  await done(page);
  await solved(page);
});
