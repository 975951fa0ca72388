// Lessons in a learning platform: the package of `cargo xtask scorm 02-switch` below a page that is one (lms.js). What the platform is
// given is claimed, call by call; the page around the lesson is tested in lessons.spec.js.
//
// PACKETARIUM_SCORM names the folder with the package's files; by hand, `cargo xtask scorm 02-switch` leaves them in target/scorm.
import { copyFile, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Aquarium, expect, test as base } from "../aquarium.js";
import { Host } from "../host.js";
import { answer, mark, next, pane, title } from "../lesson.js";
import { LONG } from "../patience.js";

const files = resolve(process.env.PACKETARIUM_SCORM ?? join(import.meta.dirname, "../../../target/scorm"));

const test = base.extend({
  host: async ({}, use) => {
    const host = await Host.of(files);
    for (const name of ["lms.html", "lms.js"]) await copyFile(join(import.meta.dirname, "..", name), join(host.folder, name));
    await use(host);
    await host.end();
  },
  // aquarium.js then watches this host's requests.
  baseURL: async ({ host }, use) => use(host.url),
  // The address of the lesson's unit, as a platform finds it.
  unit: async ({ host }, use) => {
    const manifest = await readFile(join(host.folder, "imsmanifest.xml"), "utf8");
    await use(/adlcp:scormtype="sco" href="(index\.html#lesson:02-switch)"/.exec(manifest)[1]);
  },
});

/** Opens the platform with these values, and the unit in it; returns the unit's frame and its controls. */
async function launch(page, unit, kept = {}) {
  await page.goto("./lms.html");
  await page.evaluate(([kept, unit]) => (Object.assign(window.kept, kept), window.launch(unit)), [kept, unit]);
  return inUnit(page);
}

async function inUnit(page) {
  const frame = page.frameLocator("iframe");
  await expect(pane(frame)).toContainText(/Step \d of 6/, LONG);
  return { frame, aquarium: new Aquarium(frame) };
}

/** Closes the unit, and waits until the unit has ended its session. */
async function close(page) {
  await page.evaluate(() => window.launch());
  await expect.poll(() => calls(page, "LMSFinish")).not.toEqual([]);
}

/** The calls of a method so far, or all. */
const calls = async (page, method) => (await page.evaluate(() => window.calls)).filter(([name]) => !method || name === method);
const kept = (page, name) => page.evaluate((name) => window.kept[name], `cmi.${name}`);

/** What a value was set to, in order. */
const values = async (page, name) => (await calls(page, "LMSSetValue")).filter(([, of]) => of === `cmi.${name}`).map(([, , value]) => value);

test("a lesson is played in two sessions: the platform has status, score, place and time after each, and the lesson continues where it stood", async ({ page, unit }) => {
  test.slow();
  const mastery = { "cmi.student_data.mastery_score": "100" };
  const first = await launch(page, unit, mastery);
  await expect.poll(() => kept(page, "core.lesson_status")).toBe("incomplete");
  await expect(title(first.frame, "Four cables, one box")).toBeVisible();
  await answer(first.frame, "Nothing. It is empty.");
  await expect(pane(first.frame).getByRole("status")).toContainText("Right.");
  await next(first.frame);
  await first.aquarium.button("Play").click();
  await mark(first.frame, first.aquarium, "will a's question leave?", ["b", "c", "d"]);
  await next(first.frame);
  await mark(first.frame, first.aquarium, "will b's answer leave?", ["a"]);
  await next(first.frame);
  await expect(title(first.frame, "Now it knows both")).toBeVisible();
  // Two of six goals.
  await expect.poll(() => kept(page, "core.score.raw")).toBe("33");
  await expect.poll(() => kept(page, "core.lesson_location")).toBe("4");
  await close(page);

  const before = await calls(page);
  expect(before[0]).toEqual(["LMSInitialize", ""]);
  expect(before.at(-1)).toEqual(["LMSFinish", ""]);
  expect(before.filter(([name]) => name === "LMSInitialize")).toHaveLength(1);
  expect(before.filter((call) => call.some((given) => String(given).startsWith("error"))), "refused by the platform").toEqual([]);
  expect(await values(page, "core.lesson_status")).toEqual(["incomplete"]);
  expect(await values(page, "core.exit")).toEqual(["suspend"]);
  expect(await values(page, "core.score.raw")).toEqual(["0", "17", "33"]);
  expect(await values(page, "core.lesson_location")).toEqual(["1", "2", "3", "4"]);
  const place = before.findIndex(([name, of]) => name === "LMSSetValue" && of === "cmi.core.lesson_location");
  expect(before.slice(place).some(([name]) => name === "LMSCommit"), "what is set is committed").toBe(true);
  expect(await kept(page, "core.session_time")).toMatch(/^00:0\d:\d\d\.\d\d$/);
  expect(await kept(page, "suspend_data")).toMatch(/^2:[\w-]{100,4000}$/);

  // Another browser: nothing is there but what the platform has.
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear(), (window.calls = [])));
  await page.evaluate((unit) => window.launch(unit), unit);
  const second = await inUnit(page);
  await expect(title(second.frame, "Now it knows both")).toBeVisible();
  await second.aquarium.button("Play").click();
  await mark(second.frame, second.aquarium, "will a's ping leave?", ["b"]);
  await next(second.frame);
  await mark(second.frame, second.aquarium, "will c's question leave?", ["a", "b", "d"]);
  await mark(second.frame, second.aquarium, "will a's answer leave?", ["c"]);
  await next(second.frame);
  await second.aquarium.start("Ping", { From: "d", To: "a", "Echo requests": "1" });
  await second.aquarium.playToTheEnd();
  await second.frame.getByRole("tab", { name: "Lesson", exact: true }).click();
  expect(await kept(page, "core.exit")).toBe("suspend");
  await answer(second.frame, "From the source address of the frames that arrive.");
  await expect(pane(second.frame).getByRole("heading", { name: "Solved. Why is it so?" })).toBeVisible(LONG);
  await expect.poll(() => kept(page, "core.exit")).toBe("");
  await close(page);
  expect(await values(page, "core.lesson_status")).toEqual(["incomplete", "passed"]);
  const scores = (await values(page, "core.score.raw")).map(Number);
  expect(scores.at(-1)).toBe(100);
  expect(scores, "it never sinks").toEqual(scores.toSorted((a, b) => a - b));
  expect(scores[0], "it begins with that of the first session").toBe(33);
  expect((await calls(page)).at(-1)).toEqual(["LMSFinish", ""]);
});

test("each learner has other values, and the same ones in every browser", async ({ page, unit }) => {
  const addresses = async (student) => {
    const { frame } = await launch(page, unit, { "cmi.core.student_id": student });
    await pane(frame).getByRole("button", { name: /Next|Skip/ }).click();
    const text = await pane(frame).getByText("Host a wants to reach").textContent();
    await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
    return /10\.\d+\.\d+\.\d+/.exec(text)[0];
  };
  const ada = await addresses("ada");
  expect(await addresses("bob")).not.toBe(ada);
  expect(await addresses("ada")).toBe(ada);
});

test("a unit that was completed stays so when it is opened again", async ({ page, unit }) => {
  await launch(page, unit, { "cmi.core.lesson_status": "completed", "cmi.core.score.raw": "100" });
  await expect.poll(() => calls(page, "LMSCommit")).not.toEqual([]);
  await close(page);
  expect(await kept(page, "core.lesson_status")).toBe("completed");
  expect(await values(page, "core.lesson_status")).toEqual([]);
  expect(await values(page, "core.score.raw")).toEqual(["100"]);
});

/** Lets the page say something of a lesson. */
const say = (frame, detail) =>
  frame.locator("body").evaluate((_, detail) => void dispatchEvent(new CustomEvent("packetarium", { detail })), {
    source: "packetarium",
    event: "lesson-goal",
    lesson: "switch",
    step: 2,
    steps: 6,
    goals: 1,
    of: 6,
    result: "result:2:abc",
    ...detail,
  });

test("without a score to be mastered, a solved lesson is completed", async ({ page, unit }) => {
  const { frame } = await launch(page, unit);
  await say(frame, { goals: 6 });
  await say(frame, { event: "lesson-solved", goals: 6, step: 6 });
  expect(await values(page, "core.lesson_status")).toEqual(["incomplete", "completed"]);
  expect(await values(page, "core.score.raw")).toEqual(["0", "100"]);
});

test("with a score to be mastered, a lesson is passed as soon as that is reached", async ({ page, unit }) => {
  const { frame } = await launch(page, unit, { "cmi.student_data.mastery_score": "50" });
  await say(frame, { goals: 2 });
  expect(await values(page, "core.lesson_status")).toEqual(["incomplete"]);
  await say(frame, { goals: 3 });
  // The network began again.
  await say(frame, { goals: 0 });
  expect(await values(page, "core.lesson_status")).toEqual(["incomplete", "passed"]);
  expect(await values(page, "core.score.raw")).toEqual(["0", "33", "50"]);
});

test("what does not fit into the platform is left out, other lessons and other messages too", async ({ page, unit }) => {
  const { frame } = await launch(page, unit);
  await say(frame, { result: `result:2:${"a".repeat(4094)}` });
  await say(frame, { result: `result:2:${"b".repeat(4095)}`, step: 3 });
  await say(frame, { result: "", step: 4 });
  await say(frame, { lesson: "arp", step: 5, goals: 6 });
  await say(frame, { event: "state", step: 6, goals: 6 });
  expect(await values(page, "suspend_data")).toEqual([`2:${"a".repeat(4094)}`]);
  expect(await values(page, "core.lesson_location")).toEqual(["2", "3", "4"]);
  expect(await values(page, "core.score.raw")).toEqual(["0", "17"]);
});

test("a preview records nothing", async ({ page, unit }) => {
  const { frame } = await launch(page, unit, { "cmi.core.lesson_mode": "browse" });
  await pane(frame).getByRole("button", { name: /Next|Skip/ }).click();
  await expect(title(frame, "A frame for everyone")).toBeVisible();
  await close(page);
  expect(await calls(page, "LMSSetValue")).toEqual([]);
});

test("a lesson whose kept state cannot be read begins anew", async ({ page, unit }) => {
  const { frame } = await launch(page, unit, { "cmi.suspend_data": "2:broken&step=5#<b>", "cmi.core.lesson_location": "many" });
  await expect(title(frame, "Four cables, one box")).toBeVisible();
});

test("a reload of the unit continues the session's lesson", async ({ page, unit }) => {
  const { frame } = await launch(page, unit);
  await answer(frame, "Nothing. It is empty.");
  await next(frame);
  await expect(title(frame, "A frame for everyone")).toBeVisible();
  await page.frames().at(-1).evaluate(() => location.reload());
  await expect.poll(async () => (await calls(page, "LMSInitialize")).length).toBe(2);
  await expect(title(frame, "A frame for everyone")).toBeVisible(LONG);
  await pane(frame).getByRole("button", { name: "Back" }).click();
  await expect(pane(frame).getByRole("status")).toContainText("Right.");
});

test("a unit in a window of its own finds the platform that has opened it", async ({ page, unit }) => {
  await page.goto("./lms.html");
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate((unit) => void open(unit), unit)]);
  await expect(pane(popup)).toContainText("Step 1 of 6", LONG);
  await expect.poll(() => kept(page, "core.lesson_status")).toBe("incomplete");
  await popup.close();
});

test("without a platform the lesson works, and says that it is not graded", async ({ page, unit }) => {
  await page.goto(`./${unit}`);
  await expect(page.getByText("No learning platform (LMS) was found.")).toBeVisible();
  await expect(pane(page)).toContainText("Step 1 of 6", LONG);
  await page.goto("./lms.html");
  await page.evaluate((unit) => window.launch(unit), unit);
  const { frame } = await inUnit(page);
  await expect(frame.getByText("No learning platform (LMS) was found.")).toBeHidden();
});
