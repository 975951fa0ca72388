import type { Scenario } from "./scenario.js";

/** The text of a document, a document as an object, or a link: a URL, or what follows its `#`. */
export type Source = string | Scenario;

export interface LabOptions {
  /** Instead of the document's. */
  seed?: number;
}

export interface RunOptions extends LabOptions {
  /** Stop at this moment, in milliseconds of virtual time; otherwise when all is quiet, after one hour at most. */
  untilMs?: number;
}

/** What is wrong with a document. */
export interface Fault {
  level: "error" | "warning";
  /** Such as `nodes[1].addresses[0]`; empty for the document itself. */
  place: string;
  /** In the text, from 1. */
  line: number | null;
  column: number | null;
  message: string;
}

/** A file for another program: see `exportTo`. */
export interface LabFile {
  name: string;
  text: string;
}

/** What `packetarium run --json` prints: everything that was measured. Times are virtual seconds unless the name says otherwise. */
export interface Report {
  /** How far it was run. */
  end: number;
  /** A hash of everything that happened, 16 hexadecimal digits. */
  history: string;
  /** In the order of the document, as are links and nodes. */
  runs: Run[];
  /** The commands that were started on hosts; left out if there were none. */
  commands?: Command[];
  links: Link[];
  nodes: Node[];
}

/** A command that was started on a host. */
export interface Command {
  /** The host. */
  on: string;
  /** What was typed. */
  line: string;
  /** Virtual seconds. */
  at: number;
  /** The exit status, 0 for success; null if it still runs. */
  exit: number | null;
  /** What it has printed, as far as it is kept. */
  output: string;
  /** Lines in front of that which are not kept; left out if there are none. */
  forgotten_lines?: number;
}

export type RunKind = "ping" | "echo" | "iperf" | "connect" | "traceroute" | "pathmtu" | "multicast";

/** `unfinished` if the end came first. */
export type Outcome = "succeeded" | "failed" | "stopped" | "unfinished";

/** A run. What a kind of run does not measure is null. */
export interface Run {
  kind: RunKind;
  from: string;
  /** A host's id, or an address. */
  to: string;
  /** When it begins. */
  at: number;
  outcome: Outcome;
  /** Why it failed. */
  reason: string | null;
  /** What did that to its frames, in a sentence. */
  why?: string;
  /** Requests, messages or datagrams. */
  sent: number;
  /** Those answered, or received (iperf over UDP). */
  received: number;
  /** Further answers to requests that were answered already; left out if there were none. */
  duplicates?: number;
  /** Those neither answered nor received, once it is over. */
  lost: number | null;
  rtt_ms: RoundTrips | null;
  /** Payload that the server received, or that came back. */
  bytes: number;
  /** How long that took. */
  seconds: number | null;
  goodput_bps: number | null;
  /** Retransmitted TCP segments. */
  retransmits: number | null;
  /** RFC 3550, 6.4.1. */
  jitter_ms: number | null;
  /** iperf's reports. */
  intervals: Interval[] | null;
  /** A traceroute's probes. */
  hops?: Hop[];
  /** The longest packet that gets through, and the last router that reported it. */
  path_mtu?: { bytes: number; from: string | null };
  /** ICMP errors about packets of this run. */
  told?: Told[];
  /** How many datagrams each receiver of a multicast run got, by its id. */
  receivers?: Record<string, number>;
}

/** One probe of a traceroute. */
export interface Hop {
  hop: number;
  /** Null: there was no answer. */
  from: string | null;
  rtt_ms: number | null;
  /** The target answered. */
  reached: boolean;
  /** The ICMP error that ended the probe, if it was another than time exceeded. */
  told?: string;
}

/** An ICMP error about a packet. */
export interface Told {
  at: number;
  from: string;
  what: string;
}

/** Round-trip times in milliseconds. */
export interface RoundTrips {
  min: number;
  avg: number;
  max: number;
}

/** One interval report of iperf; times since the run began. */
export interface Interval {
  from: number;
  to: number;
  bytes: number;
  bps: number;
}

/** Frames that were dropped, by reason. */
export type DropCounts = Record<string, number>;

/** A link: both directions together, and each by itself. */
export interface Link {
  ends: [string, string];
  sent: number;
  delivered: number;
  dropped: DropCounts;
  /** Collisions of frames at the two ends of a half-duplex link, unless none collided. */
  collisions?: number;
  directions: [Direction, Direction];
}

/** What one end of a link sent. */
export interface Direction {
  from: string;
  to: string;
  sent: number;
  delivered: number;
  dropped: DropCounts;
  collisions?: number;
}

/** A node and its tables. */
export type Node = { id: string; refused?: DropCounts } & (
  | { kind: "hub" }
  | { kind: "switch"; mac_table: MacEntry[]; spanning_tree?: SpanningTree; groups?: Group[] }
  | {
      kind: "router";
      routes: Route[];
      neighbors: Neighbor[];
      translations?: Translation[];
      connections?: Connection[];
    }
  | {
      kind: "host";
      neighbors: Neighbor[];
      sockets: Socket[];
      advertised?: { addresses: string[]; routers: string[]; mtu?: number };
      memberships?: string[];
      path_mtus?: { to: string; bytes: number }[];
    }
);

/** The port of an address. */
export interface MacEntry {
  /** Only of a switch with VLANs. */
  vlan?: number;
  mac: string;
  port: number;
  /** The node at the other end of that port's cable. */
  link_to: string;
  since: number;
}

/** A switch in the spanning tree. */
export interface SpanningTree {
  /** The root as the switch sees it: priority and address. */
  root: string | null;
  /** The path cost to the root; 0: this switch is the root. */
  cost: number;
  /** The port towards the root. */
  root_port: number | null;
  ports: TreePort[];
}

export interface TreePort {
  port: number;
  link_to: string;
  role: "root" | "designated" | "alternate" | "backup" | "disabled";
  state: "discarding" | "learning" | "forwarding";
  edge: boolean;
  since: number;
}

/** A multicast group with members behind a port. */
export interface Group {
  vlan?: number;
  group: string;
  port: number;
  link_to: string;
  since: number;
}

/** A route in use. */
export interface Route {
  to: string;
  /** The next hop; null: the destination itself is on that port's network. */
  via: string | null;
  port: number;
  link_to: string;
  vlan?: number;
  metric: number;
  source: "connected" | "static" | "rip";
  since: number;
}

/** An address translation. */
export interface Translation {
  protocol: "tcp" | "udp" | "icmp";
  inside: string;
  outside: string;
  remote: string;
  since: number;
}

/** A connection that a filter lets pass. */
export interface Connection {
  /** The IP protocol's number. */
  protocol: number;
  from: string;
  to: string;
  /** The rule that allowed it, from 0; null: no rule matched. */
  rule: number | null;
  since: number;
}

/** A neighbor's addresses, by ARP or NDP. */
export interface Neighbor {
  ip: string;
  mac: string;
  since: number;
}

export interface Socket {
  kind: "tcp" | "udp" | "icmp";
  /** A TCP socket's (RFC 9293, 3.3.2). */
  state: string | null;
  /** An address and a port, or only a port, or an ICMP identifier. */
  local: string;
  remote: string | null;
  /** In that state since. */
  since: number;
}
