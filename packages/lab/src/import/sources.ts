import { IsoflopError } from "@isoflop/laws";
import type { ServerAccess } from "./http.js";
import { huggingFace } from "./huggingFace.js";
import type { Mapping } from "./mapping/schema.js";
import { metricFiles } from "./metricFiles.js";
import { mlflowSources } from "./mlflow/mlflow.js";
import type { ImportSource } from "./source.js";
import { tensorboard } from "./tensorboard/tensorboard.js";
import { wandbSources } from "./wandb/wandb.js";

/** Every kind of files and servers that can be imported, by its name for --from; the first that knows a path takes it. */
const KINDS: Readonly<Record<string, (mappings: readonly Mapping[], access: ServerAccess) => readonly ImportSource[]>> =
  {
    wandb: (_, access) => wandbSources(access),
    mlflow: (_, access) => mlflowSources(access),
    "hugging-face": () => [huggingFace],
    tensorboard: () => [tensorboard],
    metrics: (mappings) => [metricFiles(mappings)],
  };

export const IMPORT_KINDS = Object.keys(KINDS);

/** The sources that --from names, or all. Errors: import-from. */
export function chosenSources(
  from: string | undefined,
  mappings: readonly Mapping[],
  access: ServerAccess,
): readonly ImportSource[] {
  const names = from?.split(",").map((name) => name.trim()) ?? IMPORT_KINDS;
  return names.flatMap((name) => {
    if (Object.hasOwn(KINDS, name)) return KINDS[name]!(mappings, access);
    throw new IsoflopError({
      code: "import-from",
      message: `--from: there is no ${JSON.stringify(name)}.`,
      hint: `Known: ${IMPORT_KINDS.join(", ")}.`,
    });
  });
}
