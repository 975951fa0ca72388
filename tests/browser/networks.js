// The networks of the tests, and links to them.

// Two hosts on a good switch and one behind a cable that loses every fifth frame; nothing is planned.
export const QUIET = {
  packetarium: 1,
  title: "A quiet network",
  seed: 3,
  nodes: [
    { id: "a", kind: "host", addresses: ["10.0.0.1/24", "fd00::1/64"] },
    { id: "b", kind: "host", addresses: ["10.0.0.2/24", "fd00::2/64"] },
    { id: "c", kind: "host", addresses: ["10.0.0.3/24"] },
    { id: "s", kind: "switch" },
  ],
  links: [{ ends: ["a", "s"] }, { ends: ["b", "s"] }, { ends: ["c", "s"], impair: [{ loss: 0.2 }] }],
};

const host = (id, address, gateway) => ({ id, kind: "host", addresses: [address], ...(gateway && { gateway }) });
const at = (node, ...addresses) => ({ [node]: { addresses } });

// a – r1 – r2 – b, with nothing planned.
export const ROUTED = {
  packetarium: 1,
  title: "Two routers",
  seed: 3,
  nodes: [
    host("a", "10.0.1.1/24", "10.0.1.254"),
    { id: "r1", kind: "router", routes: [{ to: "10.0.2.0/24", via: "10.0.12.2" }] },
    { id: "r2", kind: "router", routes: [{ to: "10.0.1.0/24", via: "10.0.12.1" }] },
    host("b", "10.0.2.1/24", "10.0.2.254"),
  ],
  links: [
    { ends: ["a", "r1"], ports: at("r1", "10.0.1.254/24") },
    { ends: ["r1", "r2"], ports: { ...at("r1", "10.0.12.1/24"), ...at("r2", "10.0.12.2/24") } },
    { ends: ["r2", "b"], ports: at("r2", "10.0.2.254/24") },
  ],
};

// A router with address translation for a host inside.
export const HOME = {
  packetarium: 1,
  title: "A home",
  seed: 3,
  nodes: [
    host("inside", "192.168.1.10/24", "192.168.1.1"),
    { id: "home", kind: "router", nat: true },
    host("server", "203.0.113.1/24"),
  ],
  links: [
    { ends: ["inside", "home"], ports: at("home", "192.168.1.1/24") },
    { ends: ["home", "server"], ports: { home: { addresses: ["203.0.113.2/24"], outside: true } } },
  ],
  runs: [{ ping: { from: "inside", to: "server", count: 2 } }],
};

/** A share link to a scenario in its plain form: the part after the #. */
export const fragment = (scenario) => `json:${encodeURIComponent(JSON.stringify(scenario))}`;
