// For Node: the engine is read from beside this file, and is there when the import is.
import { readFileSync } from "node:fs";
import { initSync } from "./engine.js";

initSync({ module: readFileSync(new URL("engine_bg.wasm", import.meta.url)) });

export { Lab, check, run } from "./engine.js";
export { LinkError, ScenarioError } from "./errors.js";
