import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { IsoflopError } from "@isoflop/laws";
import { type AppOptions, createApp } from "./app.js";
import { readAssets } from "./assets.js";
import { LOOPBACK, namesOf } from "./names.js";
import type { Served } from "./served.js";

/** Where the build puts the pages. */
export const WEB_FOLDER = fileURLToPath(new URL("../web/", import.meta.url));

export interface ListenOptions {
  readonly studies: readonly Served[];
  /** Address to bind; the loopback one unless told otherwise. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly webFolder?: string;
  /** How long a request may take to come, ms: who sends it byte by byte holds a connection for no longer. */
  readonly requestMs?: number;
  readonly pace?: AppOptions["pace"];
}

export interface Listening {
  /** What to open: with the token where one is asked for. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

const REQUEST_MS = 30_000;

/** Starts the server. A token is asked for wherever others than this machine can reach it. Errors: web-missing, address-taken, address. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { studies, host, port, webFolder = WEB_FOLDER, requestMs = REQUEST_MS, pace = {} } = options;
  const assets = await readAssets(webFolder);
  const token = LOOPBACK.has(host) ? undefined : randomBytes(24).toString("base64url");
  const hosts = new Set<string>();
  const app = createApp({ studies, assets, access: { hosts, ...(token === undefined ? {} : { token }) }, pace });
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port,
    serverOptions: { headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: requestMs / 3 },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once("listening", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
    server.once("error", (error) => reject(bindFailure(error, host, port)));
  });
  const { shown, all } = namesOf(host);
  for (const name of all) {
    hosts.add(`${name.toLowerCase()}:${bound}`);
    // Browsers leave the usual port out.
    if (bound === 80) hosts.add(name.toLowerCase());
  }
  return {
    url: `http://${shown}:${bound}/${token === undefined ? "" : `?token=${token}`}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function bindFailure(error: Error & { readonly code?: string }, host: string, port: number): IsoflopError {
  const taken = error.code === "EADDRINUSE";
  return new IsoflopError({
    code: taken ? "address-taken" : "address",
    message: taken
      ? `Something else listens on ${host}:${port}.`
      : `Cannot listen on ${host}:${port}: ${error.message}.`,
    hint: taken
      ? "Choose another with --port, or --port 0 for any that is free."
      : "--host takes an address of this machine.",
  });
}
