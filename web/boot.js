// Starts the page. It is a file of its own because the Content-Security-Policy allows no inline script; the build
// writes the hashed names of the two files into this script's attributes (see Trunk.toml).
//
// It also serves the message that lies over the page when all else has failed: that must not need the wasm.
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

const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
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
