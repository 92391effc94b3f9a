import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.SERVER_BINARY;

/** Passwords are hashed at the lowest price: the tests sign in hundreds of times, and no test is about that price. */
const environment = { ...process.env, LECTERN_IDENTITY_ARGON2_MEMORY_KIB: "8" };

/** A real server on a data directory of its own; it can be killed and started again on the same port. */
export class Server {
  private process: ChildProcess | undefined;
  /** `http://127.0.0.1:PORT`, known once the server has started. */
  address = "";
  /** The one-time link that the terminal prints while there is no admin. */
  setupLink: string | undefined;

  /** Settings of the next start, as an operator would give them in the environment. */
  readonly settings: Record<string, string> = { LECTERN_LOG_LEVEL: "warn" };

  private constructor(readonly data: string) {}

  /** Makes an empty data directory; nothing runs yet, so that people can be added to it. */
  static async prepare(): Promise<Server> {
    return new Server(await mkdtemp(join(tmpdir(), "lectern-browser-")));
  }

  /** Makes a copy of a data directory that no server is using. */
  static async copy(data: string): Promise<Server> {
    const server = await Server.prepare();
    await cp(data, server.data, { recursive: true });
    return server;
  }

  /** Adds a person with the command line, as an operator would. */
  async person(login: string, name: string, roles: string, password: string): Promise<void> {
    const args = ["--login", login, "--name", name, "--roles", roles, "--password-stdin"];
    await this.run(["person", "add", "--data", this.data, ...args], password);
  }

  /** Runs one command on the data directory and returns what it printed. */
  async command(...args: string[]): Promise<string> {
    return this.run([...args, "--data", this.data], "");
  }

  /** What `verify` finds wrong with the stopped server's data directory. */
  findings(): Promise<string> {
    return new Promise((resolve) => {
      execFile(lectern(), ["verify", "--data", this.data], { env: environment }, (_, stdout) => resolve(stdout));
    });
  }

  async start(): Promise<void> {
    const listen = this.address ? this.address.replace("http://", "") : "127.0.0.1:0";
    const child = spawn(lectern(), ["serve", "--listen", listen, "--data", this.data], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...environment, ...this.settings },
    });
    this.process = child;
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
        this.setupLink = /https?:\S+\/setup\?\S+/.exec(line)?.[0] ?? this.setupLink;
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
        if (!address) return;
        this.address = address;
        resolve();
      });
    });
  }

  /** Ends the process at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  private run(args: string[], input: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(lectern(), args, { env: environment }, (error, stdout, stderr) =>
        error ? reject(new Error(`${args.join(" ")}: ${stderr}`)) : resolve(stdout),
      );
      child.stdin?.end(input);
    });
  }
}

function lectern(): string {
  if (!binary) throw new Error("SERVER_BINARY names no binary: run `make browser-test`");
  return binary;
}
