// The examples in wasm and natively: the same histories, to the last bit. And what JavaScript sees of faults.
// `PACKETARIUM_WASM=FOLDER PACKETARIUM=PROGRAM node --test`: bindings made with `--target nodejs --out-name packetarium`,
// and the command line's program. `cargo xtask test` builds both.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { test } from "node:test";

const bindings = resolve(process.env.PACKETARIUM_WASM, "packetarium.js");
const { Lab } = createRequire(import.meta.url)(bindings);
const scenarios = join(import.meta.dirname, "../../../scenarios");
const files = readdirSync(scenarios).filter((name) => name.endsWith(".json"));
const HOUR_MS = 3_600_000;

/** What `packetarium run --json` prints. Its exit status is the business of its own tests. */
const natively = (file) => JSON.parse(execFileSync(process.env.PACKETARIUM, ["run", "--json", file]));

const text = (name) => readFileSync(join(scenarios, name), "utf8");

test("there are examples", () => assert.ok(files.length >= 4, files.join(" ")));

for (const name of files) {
  test(`${name} has the same history in wasm as natively`, () => {
    const native = natively(join(scenarios, name));
    const lab = new Lab(text(name));
    assert.equal(lab.runUntilQuiet(HOUR_MS), true);
    assert.equal(lab.historyHash, native.history);
    // The same nanosecond, once as milliseconds and once as seconds.
    assert.equal(Math.round(lab.now * 1e6), Math.round(native.end * 1e9));
    const named = Object.keys(lab.runs()[0]);
    const part = (run) => Object.fromEntries(named.map((field) => [field, run[field]]));
    assert.deepEqual(lab.runs(), native.runs.map(part));
  });
}

test("slices of no time at all change nothing", () => {
  const [whole, cut] = [1, 2].map(() => new Lab(text("two-hosts-and-a-switch.json")));
  whole.runUntil(30_000);
  let slices = 0;
  do slices += 1;
  while (!cut.runUntil(30_000, 0));
  assert.ok(slices > 1, `${slices} slices`);
  assert.equal(cut.now, 30_000);
  assert.equal(cut.historyHash, whole.historyHash);
});

test("a lab goes on in other programs", () => {
  const file = join(scenarios, "dual-stack.json");
  const lab = new Lab(readFileSync(file, "utf8"));
  const printed = execFileSync(process.env.PACKETARIUM, ["export", "--to", "mininet", file], { encoding: "utf8" });
  assert.deepEqual(lab.exportTo("mininet"), [{ name: "two-ips-on-one-wire.py", text: printed }]);
  assert.equal(lab.exportTo("kathara").length, 5);
  assert.throws(() => lab.exportTo("gns3"), RangeError);
});

test("a lab survives its link and its document", () => {
  const lab = new Lab(text("dual-stack.json"));
  for (const copy of [Lab.fromLink(`https://example.org/#${lab.link}`), new Lab(lab.document)]) {
    for (const each of [lab, copy]) each.runUntil(1_500);
    assert.equal(copy.historyHash, lab.historyHash);
  }
});

test("every fault of a document is in the error, with its place", () => {
  const wrong = JSON.stringify({
    packetarium: 1,
    nodes: [{ id: "a", kind: "host", addresses: ["10.0.0.300/24"] }, { id: "a", kind: "hubb" }],
    links: [],
  });
  assert.throws(
    () => new Lab(wrong),
    (error) => {
      assert.ok(error instanceof Error);
      assert.ok(error.faults.length >= 3, error.message);
      assert.equal(error.faults[0].place, "nodes[0].addresses[0]");
      assert.equal(error.faults[0].level, "error");
      assert.equal(error.faults[0].line, 1);
      for (const fault of error.faults) assert.ok(error.message.includes(fault.message), fault.message);
      return true;
    },
  );
});

test("what is no link and what is no moment are errors in words", () => {
  assert.throws(() => Lab.fromLink("https://example.org/"), /no link to a scenario/);
  const lab = new Lab(text("connect.json"));
  for (const ms of [-1, NaN, Infinity, 1e12]) assert.throws(() => lab.runUntil(ms), RangeError);
});
