import { hostname, networkInterfaces } from "node:os";

/** Addresses that only this machine can reach. */
export const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);
/** Every address that the machine has. */
const WILDCARD: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

const inAddress = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** The name to open a server by that listens there, and all that it answers to: those that its reader may know it by. */
export function namesOf(host: string): { readonly shown: string; readonly all: readonly string[] } {
  if (LOOPBACK.has(host)) return { shown: inAddress(host), all: ["127.0.0.1", "localhost", "[::1]"] };
  if (!WILDCARD.has(host)) return { shown: inAddress(host), all: [inAddress(host), "127.0.0.1", "localhost"] };
  // Link-local ones go with the name of an interface, which no browser takes.
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => inAddress(address));
  return {
    shown: others[0] ?? "127.0.0.1",
    all: [...others, hostname(), "127.0.0.1", "localhost", "[::1]", inAddress(host)],
  };
}
