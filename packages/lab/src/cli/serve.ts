import { spawn } from "node:child_process";
import { IsoflopError } from "@isoflop/laws";
import { Command } from "commander";
import { listen } from "../server/listen.js";
import { openServed } from "../server/served.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface ServeFlags {
  readonly host: string;
  readonly port: string;
  readonly open?: true;
  readonly json?: true;
}

/** `isoflop serve`: the dashboard of studies, until it is stopped. */
export function serveVerb(io: CommandIo): Command {
  return new Command("serve")
    .summary("show studies in the browser")
    .description(
      "Serves the dashboard of studies: runs as they train, laws, planner. Only this machine can reach it unless told otherwise.",
    )
    .argument(
      "[study...]",
      "folders of studies, folders of `isoflop import`, tables of runs; the study in this folder when none is named",
    )
    .option("--port <number>", "port to listen on; 0: any that is free", "4173")
    .option("--host <address>", "address to listen on; other than loopback, a token is asked for", "127.0.0.1")
    .option("--open", "open it in the browser")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop serve studies/sotu")
    .action(async (paths: readonly string[], flags: ServeFlags) => {
      const port = parsePort(flags.port);
      const server = await listen({ studies: await openServed(paths), host: flags.host, port });
      await (io.whileTraining ?? ((work: () => Promise<void>) => work()))(async () => {
        if (flags.json) writeJsonOutput(io, { url: server.url });
        else io.stdout(`${server.url}\n`);
        if (flags.open && !(await openBrowser(server.url))) {
          log(io, "No browser could be opened: open the address yourself.");
        }
        log(io, "Ctrl-C stops it.");
        await new Promise<void>((resolve) => {
          if (io.signal.aborted) resolve();
          io.signal.addEventListener("abort", () => resolve(), { once: true });
        });
      });
      await server.close();
    });
}

/** The program that opens an address in the reader's browser: given it as an argument, never by way of a shell. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Whether there was a program to hand it to. */
function openBrowser(url: string): Promise<boolean> {
  const [program, ...rest] = OPENERS[process.platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(program, [...rest, url], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => resolve(true));
    child.unref();
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
