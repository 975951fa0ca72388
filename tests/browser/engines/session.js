// Starts a browser with its WebDriver server, and ends both. The servers are the browsers' own: geckodriver for Firefox,
// WebKitWebDriver for WebKit. `cargo xtask test` installs all programs (crates/xtask/src/setup/engines.rs); they are found on the PATH.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { Builder, Capabilities } from "selenium-webdriver";

const [WIDTH, HEIGHT] = [1440, 900];

/** How each browser is started: its server, the wishes for its session, and whether it needs a screen. */
export const ENGINES = {
  firefox: {
    server: (port) => ["geckodriver", "--port", String(port)],
    capabilities: { browserName: "firefox", "moz:firefoxOptions": { args: ["-headless"] } },
  },
  // WebKitGTK, with the small browser that comes with it.
  webkit: {
    server: (port) => ["WebKitWebDriver", `--port=${port}`],
    capabilities: { browserName: "MiniBrowser" },
    screen: true,
  },
};

export class Session {
  #processes = [];

  /** Starts one of ENGINES. */
  static async of(engine) {
    const session = new Session();
    try {
      await session.#start(engine);
    } catch (fault) {
      await session.end();
      throw fault;
    }
    return session;
  }

  async #start({ screen, server, capabilities }) {
    const env = { ...process.env };
    if (screen) env.DISPLAY = await this.#screen();
    const port = await freePort();
    const [program, ...args] = server(port);
    const serving = this.#spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let complaints = "";
    serving.stderr.on("data", (text) => (complaints = (complaints + text).slice(-2000)));
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/status`).then(() => true, () => false))) {
      if (serving.exitCode !== null) throw new Error(`${program} ended with status ${serving.exitCode}: ${complaints}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.driver = await new Builder().usingServer(url).withCapabilities(new Capabilities(capabilities)).build();
    await this.driver.manage().window().setRect({ x: 0, y: 0, width: WIDTH, height: HEIGHT });
  }

  /** An X server without a screen; returns the name of its display, which it writes to the pipe. */
  async #screen() {
    const args = ["-displayfd", "3", "-screen", "0", `${WIDTH}x${HEIGHT}x24`, "-nolisten", "tcp"];
    const serving = this.#spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const [name] = await once(serving.stdio[3], "data");
    return `:${String(name).trim()}`;
  }

  #spawn(program, args, options) {
    const started = spawn(program, args, options);
    this.#processes.push(started);
    return started;
  }

  async end() {
    await this.driver?.quit().catch(() => {});
    for (const started of this.#processes.splice(0).toReversed()) {
      if (started.exitCode !== null || started.signalCode || !started.pid) continue;
      started.kill();
      await once(started, "exit");
    }
  }
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
