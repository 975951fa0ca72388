// Keeps the grade of a lesson in a learning platform (LMS), by SCORM 1.2 (the ADL's Run-Time Environment, chapter 3.4).
// `cargo xtask scorm` adds this script to the page of its package; the page itself does not have it.
//
// It listens to the page's messages about lessons (docs/LESSONS.md) and to nothing else of it. Before the page starts, it completes the
// address with what the platform has kept, so that the lesson continues at the step where the learner left it.
const SUSPEND_CHARS_MAX = 4096;
// Frames between this one and the one with the platform's API.
const FRAMES_MAX = 16;
const LESSON = "packetarium.scorm";
const began = performance.now();
const api = find(window) ?? find(window.opener) ?? find(top.opener);

let open = false;
// Previews and reviews record nothing.
let records = false;
let status = "";
let best = 0;
// The lesson of this unit. The page may have others.
let lesson;
const sent = new Map();

function find(frame) {
  for (let depth = 0; frame && depth <= FRAMES_MAX; depth += 1) {
    try {
      if (typeof frame.API?.LMSInitialize === "function") return frame.API;
    } catch {
      // A frame of another origin cannot be looked into.
    }
    if (frame.parent === frame) return;
    frame = frame.parent;
  }
}

function call(method, ...given) {
  try {
    return String(api[method](...given));
  } catch (fault) {
    console.warn(`SCORM: ${method} failed: ${fault}`);
    return "";
  }
}

// What is optional in SCORM 1.2 is an error in some platforms, and then empty.
const get = (name) => call("LMSGetValue", name);

function set(name, value) {
  if (!records || sent.get(name) === value) return;
  if (call("LMSSetValue", name, value) === "true") sent.set(name, value);
  else console.warn(`SCORM: ${name} was refused: ${call("LMSGetErrorString", call("LMSGetLastError"))}`);
}

const percent = (text) => (text.trim() === "" ? undefined : Number(text));
const isDone = () => ["passed", "completed"].includes(status);

function begin() {
  open = Boolean(api) && call("LMSInitialize", "") === "true";
  document.getElementById("scorm").hidden = open;
  if (!open) return;
  records = !["browse", "review"].includes(get("cmi.core.lesson_mode"));
  status = get("cmi.core.lesson_status");
  best = percent(get("cmi.core.score.raw")) || 0;
  if (isDone()) return;
  status = "incomplete";
  set("cmi.core.lesson_status", status);
  set("cmi.core.exit", "suspend");
}

// HHHH:MM:SS.SS
function sinceBegin() {
  const hundredths = Math.floor((performance.now() - began) / 10);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${two(hundredths / 360_000)}:${two((hundredths / 6_000) % 60)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

const isUnit = (name) => /^lesson:[\w-]+$/.test(name);

/** The lesson's address, with what the platform has kept: the learner's own values, the step, and what was done. */
function address() {
  let name = location.hash.slice(1);
  try {
    // After a reload the address has no lesson any more.
    if (isUnit(name)) sessionStorage.setItem(LESSON, name);
    else name = sessionStorage.getItem(LESSON) ?? "";
  } catch {
    // Storage is blocked.
  }
  if (!isUnit(name)) return;
  const kept = { seed: get("cmi.core.student_id"), step: get("cmi.core.lesson_location"), done: get("cmi.suspend_data") };
  const given = Object.entries(kept).filter(([, value]) => value);
  return [name, ...given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`)].join("&");
}

function record({ event, step, goals, of, result }) {
  const isSolved = event === "lesson-solved";
  best = Math.max(best, of ? Math.round((100 * goals) / of) : isSolved ? 100 : 0);
  set("cmi.core.score.min", "0");
  set("cmi.core.score.max", "100");
  set("cmi.core.score.raw", String(best));
  // With a score to be mastered the platform expects "passed", without one "completed".
  const mastery = percent(get("cmi.student_data.mastery_score"));
  if (!isDone() && (isSolved || (mastery !== undefined && best >= mastery))) {
    status = mastery === undefined ? "completed" : "passed";
    set("cmi.core.lesson_status", status);
  }
  if (isSolved) set("cmi.core.exit", "");
  // A lesson that was opened again has not yet what was done before.
  if (event !== "lesson-opened") {
    set("cmi.core.lesson_location", String(step));
    const done = result.slice("result:".length);
    if (done && done.length <= SUSPEND_CHARS_MAX) set("cmi.suspend_data", done);
  }
  set("cmi.core.session_time", sinceBegin());
  if (records) call("LMSCommit", "");
}

begin();
if (open) {
  const fragment = address();
  if (fragment) history.replaceState(null, "", `#${fragment}`);
  addEventListener("packetarium", ({ detail }) => {
    if (!open || !detail.event.startsWith("lesson-")) return;
    lesson ??= detail.lesson;
    if (detail.lesson === lesson) record(detail);
  });
  addEventListener("pagehide", () => {
    if (!open) return;
    set("cmi.core.session_time", sinceBegin());
    call("LMSFinish", "");
    open = false;
  });
  // The browser has kept the page and shows it again.
  addEventListener("pageshow", ({ persisted }) => persisted && begin());
}
