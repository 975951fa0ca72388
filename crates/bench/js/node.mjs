// Takes samples under Node: `node node.mjs MODULE`. See src/bin/bench/worker.rs for what is said to whom.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { answer } from "./answer.mjs";

const bench = createRequire(import.meta.url)(join(resolve(process.argv[2]), "bench.js"));
await answer(`Node ${process.versions.node}`, (name) => bench.measure(name));
