// A static host that can be switched off and can publish new versions: serve.js in a process and on a port of its own, with a
// copy of dist/.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const dist = resolve(process.env.PACKETARIUM_DIST ?? join(import.meta.dirname, "../../dist"));

export class Host {
  #process;

  static async of(folder = dist) {
    const host = new Host();
    host.folder = join(await mkdtemp(join(tmpdir(), "packetarium-")), "dist");
    await cp(folder, host.folder, { recursive: true });
    const probe = createServer();
    await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
    host.port = probe.address().port;
    await new Promise((resolve) => probe.close(resolve));
    host.url = `http://127.0.0.1:${host.port}/some/folder/`;
    await host.start();
    return host;
  }

  async start() {
    this.#process = spawn(process.execPath, [join(import.meta.dirname, "serve.js"), String(this.port)], {
      env: { ...process.env, PACKETARIUM_DIST: this.folder },
      stdio: "inherit",
    });
    while (!(await fetch(this.url).then(() => true, () => false))) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }

  async end() {
    await this.stop();
    await rm(join(this.folder, ".."), { recursive: true });
  }

  /** The published version. */
  async version() {
    return /data-version="(\w+)"/.exec(await this.#read("index.html"))[1];
  }

  /** Publishes another version, as a build with another index.html does; with `only`, one of its two files alone. */
  async publish(version, only) {
    const old = await this.version();
    const page = await this.#read("index.html");
    const worker = await this.#read("sw.js");
    const newPage = page.replace(`data-version="${old}"`, `data-version="${version}"`);
    const newWorker = worker.replace(old, version).replace(integrity(page), integrity(newPage));
    if (newPage === page || newWorker === worker) throw new Error("dist/ is not as `cargo xtask build` makes it");
    if (only !== "sw.js") await writeFile(join(this.folder, "index.html"), newPage);
    if (only !== "index.html") await writeFile(join(this.folder, "sw.js"), newWorker);
  }

  /** Publishes another version whose pieces have other names, and the old ones are gone: as a build of other sources does. */
  async publishPieces(version, hash) {
    const page = await this.#read("index.html");
    const old = /data-js=".\/web-(\w{16}).js"/.exec(page)[1];
    const oldVersion = await this.version();
    let worker = await this.#read("sw.js");
    // The lessons, in folders, are none of its pieces and keep their names.
    const files = (await readdir(this.folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { name } of files) {
      if (/\.(br|gz)$/.test(name)) continue;
      const isText = /\.(html|js)$/.test(name);
      let content = await readFile(join(this.folder, name));
      const before = integrity(content);
      if (isText && name !== "sw.js") content = content.toString().replaceAll(old, hash).replace(oldVersion, version);
      const newName = name.replace(old, hash);
      if (newName !== name) await rm(join(this.folder, name));
      if (newName !== name || isText) await writeFile(join(this.folder, newName), content);
      worker = worker.replace(`"${name}": "${before}"`, `"${newName}": "${integrity(content)}"`);
    }
    await writeFile(join(this.folder, "sw.js"), worker.replace(oldVersion, version));
  }

  #read(name) {
    return readFile(join(this.folder, name), "utf8");
  }
}

const integrity = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
