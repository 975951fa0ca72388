// A learning platform as SCORM 1.2 describes it (Run-Time Environment, 3.4), for specs/scorm.spec.js: refuses what the standard does not
// allow, keeps what it is given for the next launch, and records all calls.
const READ_ONLY = ["student_id", "student_name", "credit", "entry", "total_time", "lesson_mode"].map((name) => `cmi.core.${name}`);
const WRITTEN = {
  "cmi.core.lesson_location": /^.{0,255}$/,
  "cmi.core.lesson_status": /^(passed|completed|failed|incomplete|browsed)$/,
  "cmi.core.exit": /^(|time-out|suspend|logout)$/,
  "cmi.core.score.raw": /^(100|\d{1,2}(\.\d+)?)$/,
  "cmi.core.score.min": /^0$/,
  "cmi.core.score.max": /^100$/,
  "cmi.core.session_time": /^\d{2,4}:[0-5]\d:[0-5]\d(\.\d{1,2})?$/,
  "cmi.suspend_data": /^.{0,4096}$/,
};

window.calls = [];
window.kept = {
  "cmi.core.student_id": "s-1234 ü",
  "cmi.core.student_name": "Lovelace, Ada",
  "cmi.core.lesson_status": "not attempted",
  "cmi.core.lesson_mode": "normal",
  "cmi.core.lesson_location": "",
  "cmi.core.score.raw": "",
  "cmi.suspend_data": "",
};

let running = false;
let error = "0";
const answer = (code, value) => {
  error = code;
  return code === "0" ? value : value === undefined ? "" : "false";
};

const methods = {
  LMSInitialize: (empty) => {
    const code = empty !== "" ? "201" : running ? "101" : "0";
    running = true;
    return answer(code, "true");
  },
  LMSFinish: (empty) => {
    const code = empty !== "" ? "201" : running ? "0" : "301";
    running = false;
    return answer(code, "true");
  },
  LMSGetValue: (name) => {
    if (!running) return answer("301");
    return name in kept ? answer("0", kept[name]) : answer("401");
  },
  LMSSetValue: (name, value) => {
    const code = !running ? "301" : READ_ONLY.includes(name) ? "403" : !WRITTEN[name] ? "401" : typeof value !== "string" || !WRITTEN[name].test(value) ? "405" : "0";
    if (code === "0") kept[name] = value;
    return answer(code, "true");
  },
  LMSCommit: (empty) => answer(empty !== "" ? "201" : running ? "0" : "301", "true"),
  LMSGetLastError: () => error,
  LMSGetErrorString: (code) => `error ${code}`,
  LMSGetDiagnostic: (code) => `error ${code}`,
};

// No arrow function: a platform's object gets its own `this`.
window.API = Object.fromEntries(
  Object.entries(methods).map(([name, method]) => [
    name,
    (...given) => {
      const answered = method(...given);
      calls.push([name, ...given, ...(error === "0" ? [] : [`error ${error}`])]);
      return answered;
    },
  ]),
);

/** Opens a unit, or closes it. */
window.launch = (href = "about:blank") => (document.querySelector("iframe").src = href);
