// The examples in wasm and natively: the same histories and results, to the last bit. And what JavaScript sees of faults.
// `PACKETARIUM_PACKAGE=FOLDER PACKETARIUM=PROGRAM node --test`: the package, and the command line's program.
// `cargo xtask test` builds both.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const { Lab, LinkError, ScenarioError, check, run } = await import(
  pathToFileURL(resolve(process.env.PACKETARIUM_PACKAGE, "node.js"))
);
const scenarios = join(import.meta.dirname, "../../../scenarios");
const files = readdirSync(scenarios).filter((name) => name.endsWith(".json"));

/** What `packetarium run --json` prints. Its exit status is 1 if a run did not come to its end. */
const natively = (name, ...options) =>
  JSON.parse(spawnSync(process.env.PACKETARIUM, ["run", "--json", join(scenarios, name), ...options]).stdout);

const text = (name) => readFileSync(join(scenarios, name), "utf8");

test("there are examples", () => assert.ok(files.length >= 4, files.join(" ")));

for (const name of files) {
  test(`${name} has the same history and the same results in wasm as natively`, () => {
    const native = natively(name);
    const lab = new Lab(text(name));
    assert.equal(lab.runUntilQuiet(), true);
    assert.equal(lab.historyHash, native.history);
    // The same nanosecond, once as milliseconds and once as seconds.
    assert.equal(Math.round(lab.now * 1e6), Math.round(native.end * 1e9));
    assert.deepEqual(lab.report(), native);
    assert.deepEqual(lab.runs(), native.runs);
    const failed = (native.commands ?? []).filter(({ exit }) => exit !== null && exit !== 0).length + native.runs.filter(({ outcome }) => outcome !== "succeeded").length;
    assert.equal(lab.allSucceeded, failed === 0);
    assert.deepEqual(run(text(name)), native);
  });
}

test("a moment and a seed are taken as on the command line", () => {
  const name = "slow-lossy-link.json";
  assert.deepEqual(run(text(name), { untilMs: 2_750 }), natively(name, "--until", "2750ms"));
  assert.deepEqual(run(text(name), { seed: 11 }), natively(name, "--seed", "11"));
  assert.notEqual(run(text(name), { seed: 11 }).history, run(text(name)).history);
  assert.equal(new Lab(text(name), { seed: 11 }).document.includes('"seed": 11'), true);
});

test("a scenario is a text, an object or a link", () => {
  const name = "dual-stack.json";
  const link = execFileSync(process.env.PACKETARIUM, ["link", join(scenarios, name)], { encoding: "utf8" });
  const byHand = `#json:${encodeURIComponent(text(name))}`;
  const histories = [text(name), JSON.parse(text(name)), link, `https://example.org/lab/${link}`, byHand].map((source) => run(source).history);
  assert.deepEqual([...new Set(histories)], [natively(name).history]);
});

test("a document that speaks of a link is no link", () => {
  const document = { ...JSON.parse(text("connect.json")), description: "It once was https://example.org/#1:abc." };
  assert.equal(run(JSON.stringify(document)).history, natively("connect.json").history);
});

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
  assert.deepEqual(lab.exportTo("mininet"), [{ name: "ipv4-and-ipv6-on-one-cable.py", text: printed }]);
  assert.equal(lab.exportTo("kathara").length, 5);
  assert.throws(() => lab.exportTo("gns3"), RangeError);
});

test("what crossed the wires is the same file as the command line's", () => {
  const name = "slow-lossy-link.json";
  const folder = mkdtempSync(join(tmpdir(), "packetarium-"));
  try {
    const lab = new Lab(text(name));
    lab.runUntilQuiet();
    for (const place of [undefined, "once", "server-client", "server:0"]) {
      const file = join(folder, "capture.pcapng");
      natively(name, "--pcapng", file, ...(place ? ["--place", place] : []));
      const bytes = lab.pcapng(place);
      assert.ok(bytes instanceof Uint8Array && bytes.length > 100_000);
      assert.ok(readFileSync(file).equals(bytes), place);
    }
    assert.throws(() => lab.pcapng("nowhere"), (error) => error instanceof RangeError && /client-server/.test(error.message));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("steps go from event to event, and strides so far", () => {
  const [whole, steps, strides] = [1, 2, 3].map(() => new Lab(text("connect.json")));
  whole.runUntilQuiet();
  let before = -1;
  while (!steps.isQuiet) {
    const next = steps.nextEventAt;
    assert.equal(steps.step(), true);
    assert.equal(steps.now, next);
    assert.ok(steps.now > before, `${steps.now} after ${before}`);
    before = steps.now;
  }
  assert.equal(steps.now, whole.now);
  assert.equal(steps.historyHash, whole.historyHash);
  for (let stride = 1; stride <= 20; stride += 1) {
    assert.equal(strides.advance(2.5), true);
    assert.equal(strides.now, 2.5 * stride);
  }
  whole.runUntil(Math.max(50, whole.now));
  strides.runUntil(whole.now);
  assert.equal(strides.historyHash, whole.historyHash);
  // Nothing is planned, and so nothing is left to happen.
  const empty = new Lab({ packetarium: 1 });
  assert.equal(empty.nextEventAt, undefined);
  assert.equal(empty.step(), false);
});

test("a lab survives its link and its document", () => {
  const lab = new Lab(text("dual-stack.json"));
  for (const copy of [new Lab(`https://example.org/#${lab.link}`), new Lab(lab.document)]) {
    for (const each of [lab, copy]) each.runUntil(1_500);
    assert.equal(copy.historyHash, lab.historyHash);
  }
});

test("every fault of a document is in the error, with its place", () => {
  const wrong = {
    packetarium: 1,
    nodes: [{ id: "a", kind: "host", addresses: ["10.0.0.300/24"] }, { id: "a", kind: "hubb" }],
    links: [],
  };
  for (const source of [wrong, JSON.stringify(wrong), `#json:${encodeURIComponent(JSON.stringify(wrong))}`]) {
    for (const attempt of [(source) => new Lab(source), run]) {
      assert.throws(
        () => attempt(source),
        (error) => {
          assert.ok(error instanceof ScenarioError && error instanceof Error);
          assert.equal(error.name, "ScenarioError");
          assert.ok(error.faults.length >= 3, error.message);
          assert.equal(error.faults[0].place, "nodes[0].addresses[0]");
          assert.equal(error.faults[0].level, "error");
          assert.equal(error.faults[0].line, 1);
          for (const fault of error.faults) assert.ok(error.message.includes(fault.message), fault.message);
          assert.deepEqual(check(source), error.faults);
          return true;
        },
      );
    }
  }
  assert.deepEqual(check(text("connect.json")), []);
  // A byte order mark is no reason to look for links in it.
  assert.deepEqual(check('\ufeff{"packetarium": 1, "title": "See #2: below"}'), []);
});

test("what is no link, no scenario, no seed and no moment are errors in words", () => {
  for (const link of ["https://example.org/", "#1:q1YqSEzO", "#9:abc"]) {
    assert.throws(() => run(link), (error) => error instanceof LinkError && error.name === "LinkError" && error.message.length > 20, link);
  }
  assert.throws(() => run("hello"), ScenarioError);
  for (const source of [7, null, undefined, true, Promise.resolve({})]) assert.throws(() => run(source), /text of a document/);
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => run({ packetarium: 1 }, { seed }), RangeError);
  assert.throws(() => run({ packetarium: 1 }, { seed: "7" }), /the option seed is a number/);
  assert.throws(() => run({ packetarium: 1 }, 7), /options are an object/);
  const lab = new Lab(text("connect.json"));
  for (const ms of [-1, NaN, Infinity, 1e12]) {
    assert.throws(() => lab.runUntil(ms), RangeError);
    assert.throws(() => lab.advance(ms), RangeError);
    assert.throws(() => run(text("connect.json"), { untilMs: ms }), RangeError);
  }
});
