import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const BINARY = process.env.RANKLOOP_BIN ?? resolve(import.meta.dirname, "../../target/release/rankloop");
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 12_000;

/** A server of our own: the built binary on a free loopback port, with data that are gone afterwards. */
export class Server {
  private constructor(
    readonly url: string,
    readonly adminToken: string,
    private readonly process: ChildProcess,
    private readonly dataDir: string,
    private readonly output: string[],
  ) {}

  static async start(options: { demo: boolean }): Promise<Server> {
    const dataDir = await mkdtemp(join(tmpdir(), "rankloop-end2end-"));
    const address = `127.0.0.1:${await freePort()}`;
    const adminToken = randomBytes(24).toString("hex");
    const output: string[] = [];
    const started = spawn(
      BINARY,
      ["serve", "--addr", address, "--data-dir", dataDir, ...(options.demo ? [] : ["--no-demo"])],
      { env: { ...process.env, RANKLOOP_ADMIN_TOKEN: adminToken }, stdio: ["ignore", "pipe", "pipe"] },
    );
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => output.push(text));
    }
    started.on("error", (error) => output.push(`could not start ${BINARY}: ${error.message}\n`));
    const server = new Server(`http://${address}`, adminToken, started, dataDir, output);
    await server.untilReady();
    return server;
  }

  /** The link that the first start prints for the owner. */
  async ownerLink(): Promise<string> {
    return this.until("the one-time link", async () => /http:\/\/\S+\/welcome\/[\w-]+/.exec(this.log())?.[0]);
  }

  /** Stops the server as a service manager would, and insists on a clean end. */
  async stop(): Promise<void> {
    const ended = this.hasEnded() ? Promise.resolve() : new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    const isInTime = await Promise.race([ended.then(() => true), sleep(STOPPED_WITHIN_MS).then(() => false)]);
    if (!isInTime) this.process.kill("SIGKILL");
    await rm(this.dataDir, { recursive: true, force: true });
    if (!isInTime || this.process.exitCode !== 0) {
      throw new Error(`the server did not end cleanly (code ${this.process.exitCode}):\n${this.log()}`);
    }
  }

  private log(): string {
    return this.output.join("");
  }

  private hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  private async untilReady(): Promise<void> {
    await this.until("to be ready", async () => {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return answer?.status === 200 || undefined;
    });
  }

  private async until<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline && !this.hasEnded()) {
      const value = await read();
      if (value !== undefined) return value;
      await sleep(100);
    }
    this.process.kill("SIGKILL");
    throw new Error(`waited in vain for ${what}; the server said:\n${this.log()}`);
  }
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}
