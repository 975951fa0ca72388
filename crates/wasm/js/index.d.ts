export { Lab, check, run } from "./engine.js";
export type {
  Direction,
  DropCounts,
  Fault,
  Interval,
  LabFile,
  LabOptions,
  Link,
  MacEntry,
  Neighbor,
  Node,
  Outcome,
  Report,
  RoundTrips,
  Run,
  RunKind,
  RunOptions,
  Socket,
  Source,
} from "./engine.js";
export type { Scenario } from "./scenario.js";
export { LinkError, ScenarioError } from "./errors.js";
