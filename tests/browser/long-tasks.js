// Whether a page stays responsive, measured so that a busy machine is not taken for a page that blocks.
//
// A task's time on the clock has in it the time in which the machine did something else: other tests, other people. So
// two things are looked at. The time that the processor spent in a task, from the browser's trace: no task may take more
// than 50 ms of that, ever. And what the page itself is told of long tasks, by the clock: there must be a window of time
// without any. A page that blocks now and then fails the first; one that waits for something, the second.
const LONG_MS = 50;
const WINDOW_MS = 2_000;

/**
 * Watches `page` for some windows of time while `use` uses it in each.
 * `heavy`: tasks with more than 50 ms of processor time. `calm`: there was a window without a long task.
 */
export async function longTasks(page, use, windows = 5) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline", "__metadata"] });
  let calm = false;
  let seen = 0;
  for (; seen < windows && !calm; seen += 1) {
    const watched = page.evaluate(
      (ms) =>
        new Promise((resolve) => {
          const long = [];
          const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((task) => task.duration)));
          observer.observe({ type: "longtask" });
          setTimeout(() => {
            long.push(...observer.takeRecords().map((task) => task.duration));
            observer.disconnect();
            resolve(long);
          }, ms);
        }),
      WINDOW_MS,
    );
    await use();
    calm = (await watched).length === 0;
  }
  const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
  return { heavy: heavy(traceEvents), calm };
}

/** Tasks of the pages' main threads with too much processor time, in milliseconds. */
function heavy(events) {
  const threads = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain");
  const main = new Set(threads.map(({ pid, tid }) => `${pid}:${tid}`));
  const tasks = events.filter((event) => event.tdur !== undefined && main.has(`${event.pid}:${event.tid}`));
  if (tasks.length === 0) throw new Error("the trace has no tasks with processor times: nothing was measured");
  return tasks.filter((task) => /RunTask/.test(task.name) && task.tdur > LONG_MS * 1_000).map((task) => task.tdur / 1_000);
}
