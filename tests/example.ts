declare const console: { log(line: string): void };
declare function setTimeout(call: (value: void) => void): void;
import { type Scenario, Lab, ScenarioError, run } from "packetarium";

const scenario: Scenario = {
  packetarium: 1,
  nodes: [
    { id: "a", kind: "host", addresses: ["10.0.0.1/24"] },
    { id: "b", kind: "host", addresses: ["10.0.0.2/24"] },
    { id: "s", kind: "switch" },
  ],
  links: [{ ends: ["a", "s"] }, { ends: ["b", "s"], delay: "20ms", impair: [{ loss: 0.1 }] }],
  runs: [
    { ping: { from: "a", to: "b", count: 5 } },
    { at: "6s", iperf: { from: "a", to: "b", bytes: "200kB" } },
  ],
};

// From the beginning to the end, at once.
const report = run(scenario);
for (const { kind, from, to, outcome, received, sent } of report.runs) {
  console.log(`${kind} ${from} → ${to}: ${outcome}, ${received} of ${sent}`);
}
console.log(`after ${report.end} s the history is ${report.history}`);

// Bit by bit, as a page does it: some milliseconds of computing at a time.
const lab = new Lab(scenario);
while (!lab.runUntilQuiet(undefined, 5)) {
  await new Promise((resolve) => setTimeout(resolve));
}
console.log(`in slices it is the same: ${lab.historyHash === report.history}`);

// Another seed, another fate for each frame.
console.log(`with another seed it is not: ${run(scenario, { seed: 2 }).history !== report.history}`);

// What is wrong with a document is told with its place.
try {
  run({ packetarium: 1, nodes: [{ id: "a", kind: "host", addresses: ["10.0.0.300/24"] }] });
} catch (error) {
  if (!(error instanceof ScenarioError)) throw error;
  for (const { place, message } of error.faults) console.log(`${place}: ${message}`);
}
