// Starts the page. It is a file of its own because the Content-Security-Policy allows no inline script; the build
// writes the hashed names of the two files into this script's attributes (see Trunk.toml).
//
// It also serves the message that lies over the page when all else has failed: that must not need the wasm. And it sees to
// it that the page works offline and that new versions are announced (web/sw.js).
const HOUR_MS = 3_600_000;
const crash = document.getElementById("crash");
const report = document.getElementById("crash-report");
const copied = document.getElementById("crash-copied");

document.getElementById("crash-copy").addEventListener("click", async () => {
  report.select();
  try {
    await navigator.clipboard.writeText(report.value);
    copied.textContent = "Copied.";
  } catch {
    copied.textContent = "The browser did not let the page copy. The report is selected: copy it by hand.";
  }
});

// After a crash the address is opened without its link: the experiment was saved. What could not even be opened is still in the link.
crash.querySelector("a").addEventListener("click", (event) => {
  if (!("again" in crash.dataset)) return;
  event.preventDefault();
  location.reload();
});

// A panic has its own hook in the wasm. A trap (memory or stack used up) or an exception that passed through the wasm
// leaves nothing there that could still speak, and the page would just stand still.
const fromWasm = (fault) => fault instanceof WebAssembly.RuntimeError || /\bwasm\b/.test(fault?.stack);
const broke = (fault) => {
  if (!crash.hidden || !fromWasm(fault)) return;
  try {
    // Read by web/src/storage.rs: the next start is paused.
    localStorage.setItem("packetarium.crashed.1", "yes");
  } catch {
    // Storage is blocked: then nothing is kept that could break it again.
  }
  report.value = String(fault.stack ?? fault);
  crash.hidden = false;
};
addEventListener("error", (event) => broke(event.error));
addEventListener("unhandledrejection", (event) => broke(event.reason));

// The worker fetches every file of the page: not before the pieces that are loaded after the first frames are there (web/src/parts.rs
// says so). A tab in the background has no frames, and waits.
const complete = new Promise((resolve) => addEventListener("complete", resolve, { once: true }));

const { js, wasm, worker, version } = document.querySelector("script[data-wasm]").dataset;
try {
  const { default: start } = await import(new URL(js, document.baseURI));
  await start({ module_or_path: new URL(wasm, document.baseURI) });
} catch (fault) {
  if (crash.hidden) {
    document.getElementById("crash-title").textContent = "Packetarium could not start";
    document.getElementById("crash-what").textContent =
      "It needs a current browser with WebAssembly (SIMD). If yours is one, the connection may have failed: try again.";
    report.value = String(fault);
    crash.hidden = false;
  }
  throw fault;
}

// `cargo xtask build` names the worker; while serving for development there is none. A page within another is opened by
// that one: it has nothing to announce, and offline neither is there.
if (worker && self === top) complete.then(workOffline);

async function workOffline() {
  let workers;
  let registration;
  try {
    workers = navigator.serviceWorker;
    registration = await workers.register(new URL(worker, document.baseURI));
  } catch {
    // An insecure address, blocked storage: the page works all the same.
  }
  if (!registration) return;

  const bar = document.getElementById("update");
  const versionOf = (worker) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      worker.postMessage("version", [port2]);
    });
  // The page itself may have come from the network and be as new as a worker that waits; then there is nothing to say.
  const look = async (worker) => {
    if (!worker) return;
    if ((await versionOf(worker)) !== version) bar.hidden = false;
    else if (worker === registration.waiting) worker.postMessage("take over");
  };
  const follow = (worker) => worker?.addEventListener("statechange", () => worker.state === "installed" && look(worker));
  registration.addEventListener("updatefound", () => follow(registration.installing));
  // Another tab has let it take over.
  workers.addEventListener("controllerchange", () => look(workers.controller));
  document.getElementById("update-later").addEventListener("click", () => (bar.hidden = true));
  document.getElementById("update-now").addEventListener("click", () => {
    const { waiting } = registration;
    if (!waiting) return location.reload();
    waiting.addEventListener("statechange", () => ["activated", "redundant"].includes(waiting.state) && location.reload());
    waiting.postMessage("take over");
  });

  // Offline there is no answer.
  const ask = () => registration.update().catch(() => {});
  setInterval(ask, HOUR_MS);
  addEventListener("visibilitychange", () => document.hidden || ask());
  // What waits may be older than what is on its way.
  if (registration.installing) return follow(registration.installing);
  await ask();
  if (!registration.installing) look(registration.waiting);
}
