// A worker's side of the conversation: its version first, then one line for each that comes in, until there are no more.
import { createInterface } from "node:readline";

export async function answer(version, find) {
  console.log(version);
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(String(await find(line)));
  }
}
