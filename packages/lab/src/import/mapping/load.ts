import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { IsoflopError } from "@isoflop/laws";
import { readFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { type Mapping, mappingSchema } from "./schema.js";

/** Those that come with isoflop, in the order in which they are tried; the last one takes what no other does. */
const SHIPPED = [
  "isoflop",
  "hugging-face",
  "olmo",
  "levanter",
  "lingua",
  "torchtitan",
  "nanochat",
  "by-names",
] as const;

let shipped: readonly Mapping[] | undefined;

export function shippedMappings(): readonly Mapping[] {
  shipped ??= SHIPPED.map((name) =>
    mappingSchema.parse(JSON.parse(readFileSync(new URL(`../../../mappings/${name}.json`, import.meta.url), "utf8"))),
  );
  return shipped;
}

/** A mapping of the user's. Errors: mapping-invalid. */
export async function readMapping(path: string): Promise<Mapping> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readFailure(error, path);
  });
  const invalid = (why: string) =>
    new IsoflopError({
      code: "mapping-invalid",
      message: `${path} is no mapping: ${why}.`,
      hint: "docs/import.md explains every field; those in packages/lab/mappings are examples.",
    });
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(shortened(error instanceof Error ? error.message : String(error)));
  }
  const parsed = mappingSchema.safeParse(value);
  if (!parsed.success) throw invalid(shortened(z.prettifyError(parsed.error)));
  return parsed.data;
}

/** Of a file that is something else entirely there is too much to say, and some of it is the file's own text. */
function shortened(faults: string): string {
  const line = faults.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
