import { Lab, run } from "packetarium";
new Lab(7);
run({ packetarium: 2 });
run({ packetarium: 1, nodes: [{ id: "a", kind: "hubb" }] });
run("#1:", { sead: 7 });
run("").runs[0].kind === "pong";
const text: string = run("").end;
new Lab("").now = 7;
for (const node of run("").nodes) node.sockets;
