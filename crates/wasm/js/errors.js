/** A document with faults; the message has them all. */
export class ScenarioError extends Error {
  constructor(message, faults) {
    super(message);
    this.name = "ScenarioError";
    /** Each with its place. */
    this.faults = faults;
  }
}

/** A link that cannot be read, so that there is no document. */
export class LinkError extends Error {
  constructor(message) {
    super(message);
    this.name = "LinkError";
  }
}
