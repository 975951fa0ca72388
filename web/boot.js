// Starts the page. It is a file of its own because the Content-Security-Policy allows no inline script; the build
// writes the hashed names of the two files into this script's attributes (see Trunk.toml).
//
// It also serves the message that lies over the page when all else has failed: that must not need the wasm. And it sees to
// it that the page works offline and that new versions are announced (web/sw.js).
const HOUR_MS = 3_600_000;
const { js, wasm, worker, version, texts } = document.querySelector("script[data-wasm]").dataset;
// The languages of the page; while serving for development there is only the English of the program.
const languages = JSON.parse(texts ?? "{}");
const tag = language();
// Read by web/src/language.rs. The program is loaded beside the texts.
if (tag) {
  globalThis.packetariumLanguage = {
    tag,
    names: Object.entries(languages).map(([tag, { name }]) => [tag, name]),
    first: load("first"),
    later: () => load("later"),
  };
  // The program says so, once it is there.
  globalThis.packetariumLanguage.first.catch(() => {});
  document.documentElement.lang = tag;
  // The texts that must not need the wasm.
  for (const element of document.querySelectorAll("[data-text]")) {
    const english = element.textContent.trim().replace(/\s+/g, " ");
    element.textContent = languages[tag].page[english] ?? english;
  }
}

function language() {
  let chosen;
  try {
    chosen = localStorage.getItem("packetarium.language");
  } catch {
    // Storage is blocked.
  }
  const wanted = [new URLSearchParams(location.search).get("lang"), chosen, ...navigator.languages, ...Object.keys(languages)];
  // "es-MX" is answered with "es".
  const known = wanted.flatMap((tag) => (tag ? [tag, tag.split("-")[0]] : []));
  return known.find((tag) => Object.hasOwn(languages, tag));
}

async function load(part) {
  const [name, integrity] = languages[tag][part];
  const response = await fetch(new URL(name, document.baseURI), { integrity });
  if (!response.ok) throw new Error(`${response.status} ${response.url}`);
  return response.text();
}

const said = (id) => document.getElementById(id).textContent;
const crash = document.getElementById("crash");
const report = document.getElementById("crash-report");
const copied = document.getElementById("crash-copied");

document.getElementById("crash-copy").addEventListener("click", async () => {
  report.select();
  try {
    await navigator.clipboard.writeText(report.value);
    copied.textContent = said("crash-has-copied");
  } catch {
    copied.textContent = said("crash-has-not-copied");
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

try {
  // While serving for development nothing is packed.
  const { default: start, unpacked } = await import(new URL(js, document.baseURI));
  const address = new URL(wasm, document.baseURI);
  await start({ module_or_path: unpacked ? unpacked(address) : address });
} catch (fault) {
  if (crash.hidden) {
    document.getElementById("crash-title").textContent = said("no-start");
    document.getElementById("crash-what").textContent = said("no-start-why");
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
