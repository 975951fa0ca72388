// For browsers and bundlers: the engine is fetched from beside this file, and is there when the import is.
import start from "./engine.js";

await start({ module_or_path: new URL("engine_bg.wasm", import.meta.url) });

export { Lab, check, run } from "./engine.js";
export { LinkError, ScenarioError } from "./errors.js";
