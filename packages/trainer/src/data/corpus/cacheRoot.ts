import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * Where downloads and token caches live: $ISOFLOP_CACHE, else $XDG_CACHE_HOME/isoflop, else ~/.cache/isoflop.
 * The XDG base directory specification says that a relative XDG_CACHE_HOME is to be ignored.
 */
export function defaultCacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment.ISOFLOP_CACHE;
  if (own !== undefined && own !== "") return resolve(own);
  const xdg = environment.XDG_CACHE_HOME;
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "isoflop");
  return join(homedir(), ".cache", "isoflop");
}
