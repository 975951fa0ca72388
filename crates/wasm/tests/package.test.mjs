// The package as others have it: its example as it stands in its README, and its types against what really comes out.
// `PACKETARIUM_PACKAGE=…/node_modules/packetarium PACKETARIUM_TOOLS=FOLDER node --test`: TypeScript is in the latter.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = resolve(process.env.PACKETARIUM_PACKAGE);
const { run, check } = await import(pathToFileURL(join(folder, "node.js")));
const scenarios = join(import.meta.dirname, "../../../scenarios");
const documents = readdirSync(scenarios)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(scenarios, name), "utf8")));
// Beside node_modules, so that the package is found by its name.
assert.equal(basename(dirname(folder)), "node_modules", "PACKETARIUM_PACKAGE ends in node_modules/packetarium: `tests` beside node_modules is cleared");
const work = join(folder, "../..", "tests");

before(() => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
});

const example = () => /^```js\n(.*?)^```/ms.exec(readFileSync(join(folder, "README.md"), "utf8"))[1];

test("the README's example runs as it stands", () => {
  writeFileSync(join(work, "example.mjs"), example());
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(work, "example.mjs")], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert.match(lines[0], /^ping a → b: succeeded, \d of 5$/);
  assert.match(lines[1], /^iperf a → b: succeeded, /);
  assert.match(lines[2], /^after [\d.]+ s the history is [0-9a-f]{16}$/);
  assert.equal(lines[3], "in slices it is the same: true");
  assert.equal(lines[4], "with another seed it is not: true");
  assert.match(lines[5], /^nodes\[0\]\.addresses\[0\]: /);
});

/** What the compiler has to say of a file; nothing if all is well. */
function compile(name, source) {
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022", "--types", ""];
  writeFileSync(join(work, "package.json"), '{ "type": "module" }');
  writeFileSync(join(work, name), source);
  const tsc = join(process.env.PACKETARIUM_TOOLS, "typescript/bin/tsc");
  const { stdout, error } = spawnSync(process.execPath, [tsc, ...options, name], { cwd: work, encoding: "utf8" });
  assert.ifError(error);
  return stdout.trim();
}

// An object that is written out is refused if it has a field that its type lacks, or lacks one that it must have.
test("the types are those of what comes out, and of the examples", () => {
  const written = (type, name, values) => values.map((value, number) => `const ${name}${number}: ${type} = ${JSON.stringify(value)};\n`).join("");
  const lossy = { packetarium: 1, nodes: [{ id: "a", kind: "host", addresses: ["10.0.0.1/24"] }, { id: "b", kind: "host" }], links: [{ ends: ["a", "b"] }], runs: [{ ping: { from: "a", to: "10.0.0.9", count: 1 } }] };
  const reports = [...documents, lossy].map((document) => run(document));
  assert.ok(reports.some(({ runs }) => runs.some(({ outcome }) => outcome === "failed")), "one of them fails");
  const faults = check({ packetarium: 1, nodes: [{ id: "a", kind: "hubb" }], linkz: [] });
  assert.ok(faults.length > 1);
  const said = compile(
    "values.ts",
    'import type { Fault, Report, Scenario } from "packetarium";\n' +
      written("Scenario", "scenario", documents) +
      written("Report", "report", reports) +
      written("Fault[]", "faults", [faults]),
  );
  assert.equal(said, "");
});

test("the README's example is TypeScript once the scenario has its type", () => {
  const typed = example()
    .replace("const scenario =", "const scenario: Scenario =")
    .replace("import { Lab,", "import { type Scenario, Lab,");
  const outside = "declare const console: { log(line: string): void };\ndeclare function setTimeout(call: (value: void) => void): void;\n";
  assert.equal(compile("example.ts", outside + typed), "");
});

test("what is wrong is refused by the types", () => {
  const wrong = [
    "new Lab(7);",
    "run({ packetarium: 2 });",
    'run({ packetarium: 1, nodes: [{ id: "a", kind: "hubb" }] });',
    'run("#1:", { sead: 7 });',
    'run("").runs[0].kind === "pong";',
    'const text: string = run("").end;',
    'new Lab("").now = 7;',
    'for (const node of run("").nodes) node.sockets;',
  ];
  const said = compile("wrong.ts", `import { Lab, run } from "packetarium";\n${wrong.join("\n")}\n`);
  const lines = new Set(said.split("\n").map((line) => Number(/^wrong\.ts\((\d+),/.exec(line)?.[1])));
  assert.deepEqual(wrong.filter((_, number) => !lines.has(number + 2)), [], said);
  assert.doesNotMatch(readFileSync(join(folder, "engine.d.ts"), "utf8"), /\bany\b/);
});
