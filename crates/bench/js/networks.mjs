// The networks that stage.mjs plays.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const example = (name) => JSON.parse(readFileSync(join(import.meta.dirname, `../../../scenarios/${name}.json`), "utf8"));

/** Two hosts on a switch that ping each other without an end. The chapters of an example are about its own runs. */
export const TWO_HOSTS = { ...example("two-hosts-and-a-switch"), chapters: [], runs: [{ ping: { from: "a", to: "b", count: 1000 } }] };

/** The storm begins at 100 ms and lasts: nobody turns the spanning tree on. */
export const STORM = { ...example("broadcast-storm"), chapters: [], changes: [] };

/** 1,000 hosts in a grid on 40 switches; 200 flows of UDP from one end to the other, about 5,000 frames on wires at a time. */
export function thousand() {
  const [switches, each] = [40, 25];
  const nodes = [{ id: "core", kind: "switch", at: [1600, -200] }];
  const links = [];
  for (let s = 0; s < switches; s += 1) {
    const [x, y] = [(s % 8) * 420, Math.floor(s / 8) * 420];
    nodes.push({ id: `s${s}`, kind: "switch", at: [x + 170, y + 10] });
    links.push({ ends: ["core", `s${s}`], rate: "1Gbps", delay: "10ms" });
    for (let h = 0; h < each; h += 1) {
      const id = `h${s}-${h}`;
      const at = [x + (h % 5) * 70, y + 90 + Math.floor(h / 5) * 60];
      nodes.push({ id, kind: "host", at, addresses: [`10.0.${s}.${h + 1}/16`] });
      links.push({ ends: [`s${s}`, id], rate: "100Mbps", delay: "10ms" });
    }
  }
  const runs = [];
  for (let flow = 0; flow < 200; flow += 1) {
    const [from, to] = [flow % switches, (flow + 7) % switches];
    const host = Math.floor(flow / switches);
    // 625 frames a second; each is 40 ms on its way. They begin one after the other, since each begins with a flood of 1,000 ARP requests.
    runs.push({ at: `${flow * 5}ms`, iperf: { from: `h${from}-${host}`, to: `h${to}-${host + 10}`, udp: true, rate: "1Mbps", datagram: "200B", seconds: 600, interval: "10s" } });
  }
  return { packetarium: 1, seed: 7, title: "A thousand hosts", nodes, links, runs };
}

/** When all of them are under way, and the step of the speed at which they are watched: 10 ms in a second. */
export const THOUSAND = { at: "1200ms", speed: "12" };
