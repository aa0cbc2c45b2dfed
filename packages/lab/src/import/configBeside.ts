import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseLooseJson } from "./looseJson.js";

/** Files in which programs leave a run's configuration beside its metrics, the most special first. */
const NAMES = ["hparams.yaml", "params.json", "config.json", "config.yaml", "config.yml", "args.json"];
/** A configuration is small: what is larger is something else. */
const LARGEST = 4 * 2 ** 20;

/** What the configuration files of a folder say; of two that name one key the first holds. */
export function configBeside(folder: string, notices: string[]): Record<string, unknown> {
  let config: Record<string, unknown> = {};
  for (const name of NAMES) {
    const path = join(folder, name);
    const text = smallText(path);
    if (text === undefined) continue;
    try {
      const value: unknown = name.endsWith(".json") ? parseLooseJson(text) : parse(text, { logLevel: "silent" });
      if (typeof value === "object" && value !== null && !Array.isArray(value)) config = { ...value, ...config };
      else notices.push(`${path}: no object of settings, left out`);
    } catch (error) {
      notices.push(`${path} cannot be read, and is left out: ${String(error).split("\n")[0]?.slice(0, 200)}`);
    }
  }
  return config;
}

/** Read at once: of thousands of runs' small files the waiting would take longer. */
function smallText(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= LARGEST
      ? readFileSync(path, "utf8").replace(/^\uFEFF/, "")
      : undefined;
  } catch {
    return undefined;
  }
}
