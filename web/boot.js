// Starts the page. It is a file of its own because the Content-Security-Policy allows no inline script; the build
// writes the hashed names of the two files into this script's attributes (see Trunk.toml).
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;
try {
  const { default: start } = await import(new URL(js, document.baseURI));
  await start({ module_or_path: new URL(wasm, document.baseURI) });
} catch (fault) {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = `Packetarium could not start: ${fault}. It needs a current browser with WebAssembly (SIMD); reloading the page may help.`;
  document.body.prepend(message);
  throw fault;
}
