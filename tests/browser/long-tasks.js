// Whether a page stays responsive, measured so that a busy machine is not taken for a page that blocks.
//
// A task's time on the clock has in it the time in which the machine did something else: other programs, other people. So
// two things are looked at. The processor time of each task, from the browser's trace: never more than 50 ms. And what
// the page itself is told of long tasks, by the clock: there has to be a window of time without any. A page that blocks
// fails both; one that waits instead of working fails the second. That one can only be judged where the machine was the
// page's own: where its tasks, all in all, had the processor nearly all of the time that they took.
const LONG_MS = 50;
const WINDOW_MS = 2_000;
const WINDOWS_MAX = 4;
const OWN_SHARE = 0.9;

/** Watches `page` for some windows of time while `use` uses it, and says what was too long. */
export async function longTasks(page, use) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  let told;
  for (let windows = 0; windows < WINDOWS_MAX && told?.length !== 0; windows += 1) {
    const watched = page.evaluate(watch, WINDOW_MS);
    await use();
    told = await watched;
  }
  const tasks = mainThreadTasks(JSON.parse(String(await browser.stopTracing())).traceEvents);
  const sum = (key) => tasks.reduce((sum, task) => sum + task[key], 0);
  const share = sum("tdur") / sum("dur");
  const heavy = tasks.filter((task) => task.tdur > LONG_MS * 1_000);
  return [
    ...heavy.map((task) => `a task of ${Math.round(task.tdur / 1_000)} ms of processor time`),
    ...(share > OWN_SHARE ? told.map((ms) => `a task of ${Math.round(ms)} ms in each window, at last`) : []),
  ];
}

/** In the page: the durations of the long tasks, in milliseconds, that it is told of within this time. */
function watch(windowMs) {
  return new Promise((resolve) => {
    const long = [];
    const take = (entries) => long.push(...entries.map((entry) => entry.duration));
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: "longtask" });
    setTimeout(() => {
      take(observer.takeRecords());
      observer.disconnect();
      resolve(long);
    }, windowMs);
  });
}

/** The tasks of pages' main threads: `dur` by the clock, `tdur` of processor time, both in microseconds. */
function mainThreadTasks(events) {
  const named = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
  const main = new Set(named.map(({ pid, tid }) => `${pid}:${tid}`));
  const tasks = events.filter(
    ({ name, pid, tid, tdur }) => name.endsWith("RunTask") && tdur !== undefined && main.has(`${pid}:${tid}`),
  );
  if (tasks.length === 0) throw new Error("the trace has no tasks with processor times: nothing was measured");
  return tasks;
}
