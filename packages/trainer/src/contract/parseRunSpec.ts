import { IsoflopError } from "@isoflop/laws/error";
import { CONTRACT, type RunSpec, runSpecSchema } from "./runSpec.js";

/** The spec that a run.json holds. Errors: run-contract (written under another contract), run-spec-invalid. */
export function parseRunSpec(path: string, value: unknown): RunSpec {
  const result = runSpecSchema.safeParse(value);
  if (result.success) return result.data;
  const contract = typeof value === "object" && value !== null && "contract" in value ? value.contract : undefined;
  if (typeof contract === "number" && contract !== CONTRACT) {
    throw new IsoflopError({
      code: "run-contract",
      message: `${path} is written under run contract ${contract}, this version of isoflop reads contract ${CONTRACT}`,
      hint:
        contract < CONTRACT
          ? "the run was planned by an older isoflop: finish it with that one, or delete the run's folder and `isoflop run` plans it anew"
          : "the run was planned by a newer isoflop: install that one",
    });
  }
  const issue = result.error.issues[0]!;
  const place = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new IsoflopError({
    code: "run-spec-invalid",
    message: `${path}: ${place}${issue.message}`,
    hint: "run.json was edited or is damaged: delete the run's folder, and `isoflop run` plans the run anew",
  });
}
