import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { IsoflopError } from "@isoflop/laws";
import type { Adapter } from "./adapter.js";
import { huggingFace } from "./huggingFace.js";
import { nanochat } from "./nanochat.js";
import { torchtitan } from "./torchtitan.js";

const ADAPTERS = [torchtitan, nanochat, huggingFace];

/** An adapter by its name, or a module of the user's that exports one as `adapter`. Errors: adapter-unknown. */
export async function loadAdapter(name: string): Promise<Adapter> {
  const known = ADAPTERS.find((adapter) => adapter.name === name);
  if (known !== undefined) return known;
  const wrong = (message: string, cause?: unknown) =>
    new IsoflopError({
      code: "adapter-unknown",
      message,
      hint: `Name one of ${ADAPTERS.map((adapter) => adapter.name).join(", ")}, or the path of a module that exports an adapter (trainers/adapters/README.md).`,
      ...(cause === undefined ? {} : { cause }),
    });
  if (!/\.[cm]?js$/.test(name)) throw wrong(`there is no adapter ${name}`);
  let module: { readonly adapter?: unknown };
  try {
    module = await import(pathToFileURL(resolve(name)).href);
  } catch (cause) {
    throw wrong(`cannot load ${name}: ${(cause as Error).message}`, cause);
  }
  if (!isAdapter(module.adapter)) throw wrong(`${name} exports no adapter: an object with name and read`);
  return module.adapter;
}

function isAdapter(value: unknown): value is Adapter {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "read" in value &&
    typeof value.read === "function"
  );
}
