import { createServer, type IncomingMessage, request, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Where an organisation lets its people sign in. */
export const SIGN_ON = "https://sign-on.example/";

/** A proxy before the server, as hospitals and banks have one: it can refuse WebSockets, and ask to sign in. */
export class Gateway {
  /** Whether sockets come through. */
  sockets = false;
  /** Whether its sign-on has expired: every request is redirected to where one signs in. */
  expired = false;
  /** How many sockets were let through and are open. */
  open = 0;
  private readonly lines = new Set<Duplex>();

  private constructor(
    private readonly front: HttpServer,
    readonly address: string,
  ) {}

  static async before(server: string): Promise<Gateway> {
    const target = new URL(server);
    const front = createServer((asked, reply) => {
      if (gateway.expired) {
        reply.writeHead(302, { location: SIGN_ON }).end();
        return;
      }
      const { method, url, headers } = asked;
      const passed = request({ host: target.hostname, port: target.port, method, path: url, headers }, (got) => {
        reply.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(reply);
      });
      passed.on("error", () => reply.destroy());
      // Who goes away takes the request along.
      reply.on("close", () => passed.destroy());
      asked.pipe(passed);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const { port } = front.address() as AddressInfo;
    const gateway = new Gateway(front, `http://127.0.0.1:${port}`);
    front.on("upgrade", (asked: IncomingMessage, line: Duplex) => gateway.upgrade(asked, line, target));
    front.on("connection", (line: Socket) => gateway.keep(line));
    return gateway;
  }

  /** Cuts every connection that is open now. */
  cut(): void {
    for (const line of this.lines) line.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.front.close(resolve));
  }

  private upgrade(asked: IncomingMessage, line: Duplex, target: URL): void {
    if (this.expired) {
      line.end(`HTTP/1.1 302 Found\r\nLocation: ${SIGN_ON}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    if (!this.sockets) {
      line.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const behind = connect(Number(target.port), target.hostname, () => {
      const headers = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      behind.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
      behind.pipe(line).pipe(behind);
    });
    this.open += 1;
    line.on("close", () => {
      this.open -= 1;
      behind.destroy();
    });
    for (const end of [line, behind]) end.on("error", () => end.destroy());
  }

  private keep(line: Socket): void {
    this.lines.add(line);
    line.on("close", () => this.lines.delete(line));
    line.on("error", () => line.destroy());
  }
}
