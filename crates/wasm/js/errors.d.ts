import type { Fault } from "./engine.js";

/** A document with faults; the message has them all. */
export class ScenarioError extends Error {
  constructor(message: string, faults: Fault[]);
  readonly name: "ScenarioError";
  /** Each with its place. */
  readonly faults: Fault[];
}

/** A link that cannot be read, so that there is no document. */
export class LinkError extends Error {
  constructor(message: string);
  readonly name: "LinkError";
}
