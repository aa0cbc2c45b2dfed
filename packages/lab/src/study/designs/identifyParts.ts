import type { RunSpec } from "@isoflop/trainer";
import type { ResolvedRuns } from "../resolve.js";
import { availableTokens } from "../runTotals.js";
import type { Study } from "../schema.js";
import { countedParameters } from "../shapes.js";
import { ASSUMED_NOISE, type Identification, NOISE_TEXT } from "./identify.js";

/** Kaplan et al. 2020, equations 1.1 and 1.2: exponents of L(N) and L(D), of which an error is a share. */
const EXPONENTS = { model: 0.076, data: 0.095 } as const;

/** What the parts of a Kaplan design can tell, each by itself. */
export function identifyParts(
  study: Study,
  runs: readonly RunSpec[],
  parts: NonNullable<ResolvedRuns["parts"]>,
): Identification[] {
  const of = (part: keyof typeof parts) => runs.filter(({ id }) => parts[part]?.includes(id));
  const made: Identification[] = [];
  if (parts.model !== undefined) {
    made.push(
      exponent(
        "Kaplan's L(N)",
        of("model").map(({ shape }) => countedParameters(shape, study.counting.parameters)),
        EXPONENTS.model,
        "sizes",
      ),
    );
  }
  if (parts.data !== undefined) {
    made.push(exponent("Kaplan's L(D)", of("data").map(availableTokens), EXPONENTS.data, "subsets"));
  }
  if (parts.model !== undefined || parts.data !== undefined) {
    const both = parts.model !== undefined && parts.data !== undefined;
    made.push({
      what: "Kaplan's L(N, D)",
      verdict: both ? "yes" : "no",
      why: both
        ? "the sizes vary N, the subsets D"
        : `only ${parts.model === undefined ? "D" : "N"} varies: it needs both parts, model and data`,
    });
  }
  if (parts.batch !== undefined) made.push(batch(study, of("batch")));
  return made;
}

/** A power law's exponent: the error of a straight line's slope. */
function exponent(what: string, inputs: readonly number[], published: number, name: string): Identification {
  const logs = inputs.map(Math.log);
  const distinct = new Set(inputs).size;
  if (distinct < 3)
    return { what, verdict: "no", why: `${distinct} ${name} for two constants: nothing checks the power law` };
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const error = ASSUMED_NOISE / Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  const share = error / published;
  const factor = Math.max(...inputs) / Math.min(...inputs);
  return {
    what,
    verdict: share <= 0.1 && distinct >= 4 ? "yes" : share <= 0.3 ? "weakly" : "no",
    why: `${distinct} ${name} over a factor of ${factor.toPrecision(2)}: exponent ± ${error.toPrecision(2)} (a standard error, ${NOISE_TEXT}; Kaplan's is ${published}); no irreducible loss`,
  };
}

function batch({ design }: Study, runs: readonly RunSpec[]): Identification {
  const what = "Kaplan's B_crit(L)";
  const batches = [...new Set(runs.map((run) => run.batch.tokens))].sort((a, b) => a - b);
  const factor = (batches.at(-1) ?? 1) / (batches[0] ?? 1);
  const told = `${batches.length} batches over a factor of ${factor.toPrecision(2)}`;
  if (batches.length < 3)
    return { what, verdict: "no", why: `${told}: two fix S_min and E_min exactly, and nothing checks them` };
  const lacks = [
    ...(factor < 16 ? ["they should reach from well below the critical batch to well above it"] : []),
    ...(design.seeds < 3 ? ["intervals of the scan need three seeds"] : []),
  ];
  return { what, verdict: lacks.length === 0 ? "yes" : "weakly", why: [told, ...lacks].join("; ") };
}
