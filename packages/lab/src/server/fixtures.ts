import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Opens a connection of its own and writes to it what no client of HTTP would. */
export async function opened(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text, "latin1");
  return socket;
}

/** All that comes until `enough` says so or the other side ends it. */
export async function received(socket: Socket, enough: (text: string) => boolean = () => false): Promise<string> {
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (enough(text)) break;
  }
  return text;
}

/** One request as given, byte by byte, and its answer; status 0 where the connection was closed without one. */
export async function rawRequest(url: string, lines: readonly string[], body = ""): Promise<RawAnswer> {
  const socket = await opened(url, `${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
  const text = await received(socket);
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...fields] = text.slice(0, Math.max(0, end)).split("\r\n");
  const headers = fields.map((field): [string, string] => {
    const [, name = "", value = ""] = /^([^:]*): ?(.*)$/.exec(field) ?? [];
    return [name.toLowerCase(), value];
  });
  return { status: Number(first.split(" ")[1] ?? 0), headers: new Map(headers), body: text.slice(end + 4) };
}
