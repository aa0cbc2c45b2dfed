import { IsoflopError } from "@isoflop/laws";
import { Command } from "commander";
import { listen } from "../server/listen.js";
import { openServed } from "../server/served.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly json?: true;
}

/** `isoflop serve`: the dashboard of studies, until it is stopped. */
export function serveVerb(io: CommandIo): Command {
  return new Command("serve")
    .summary("show studies in the browser")
    .description(
      "Opens the dashboard of studies: runs as they train, laws, planner. Only this machine can reach it unless told otherwise.",
    )
    .argument("[study...]", "folders of studies; the one in this folder when none is named")
    .option("--port <number>", "port to listen on; 0: any that is free", "4173")
    .option("--host <address>", "address to listen on; other than loopback, a token is asked for", "127.0.0.1")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop serve studies/sotu")
    .action(async (paths: readonly string[], flags: ServeFlags) => {
      const studies = await openServed(paths.length === 0 ? ["."] : paths);
      const server = await listen({ studies, host: flags.host, port: parsePort(flags.port) });
      if (flags.json) writeJsonOutput(io, { url: server.url });
      else io.stdout(`${server.url}\n`);
      log(io, "Ctrl-C stops it.");
      const wait = (): Promise<void> =>
        new Promise((resolve) => {
          if (io.signal.aborted) resolve();
          io.signal.addEventListener("abort", () => resolve(), { once: true });
        });
      await (io.whileTraining ?? ((work: () => Promise<void>) => work()))(wait);
      await server.close();
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new IsoflopError({
    code: "port",
    message: `${text} is no port.`,
    hint: "A port is a number from 0 (any that is free) to 65535.",
  });
}
