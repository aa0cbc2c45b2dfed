import { createHash } from "node:crypto";
import type { RunSpec } from "@isoflop/trainer";

/** JSON with the keys of every object in order and without undefined: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/**
 * Content hash of what determines a run's numbers: not its name, nor where the data lie and what they are called, nor the versions of the
 * software, nor how often it saves itself, nor what it logs, nor who chose its hyperparameters.
 */
export function runId(spec: Omit<RunSpec, "id"> & { readonly id?: string }): string {
  const {
    id: _id,
    name: _name,
    versions: _versions,
    checkpoint: _checkpoint,
    choices: _choices,
    logging: _logging,
    data,
    ...rest
  } = spec;
  const { folder: _folder, corpus: _corpus, tokenizer: _tokenizer, ...contents } = data;
  return createHash("sha256")
    .update(canonicalJson({ ...rest, data: contents }))
    .digest("hex")
    .slice(0, 16);
}
