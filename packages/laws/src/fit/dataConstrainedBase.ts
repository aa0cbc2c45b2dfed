import { type ChinchillaParameters, chinchilla, chinchillaParametersForTokens } from "../laws/chinchilla.js";
import { type DataConstrainedParameters, dataConstrained } from "../laws/dataConstrained.js";
import type { DecayForm } from "../laws/forms/repetition.js";
import type { Random } from "../numerics/random.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import type { RunRecord } from "../record.js";
import { ofBase } from "../statements/decay.js";
import { refuse, warn } from "../statements/fit.js";
import type { DataConstrainedOptions } from "./dataConstrained.js";
import { fitParametric } from "./parametric.js";
import type { FitWarning } from "./result.js";

/** Three runs for each of E, A, B, alpha, beta. */
const FEWEST_RUNS = 15;

/** The law for unique data that the decay is fitted upon. */
export interface BaseChoice {
  readonly parameters: ChinchillaParameters;
  readonly origin: {
    /** "single-epoch runs", or the name given. */
    readonly name: string;
    /** False when all parameters were fitted jointly: the base was only where the search began. */
    readonly held: boolean;
    /** Runs that it was fitted to, where it was. */
    readonly runs?: number;
  };
  /** Whether draws of the base differ. */
  readonly uncertain: boolean;
  readonly warnings: readonly FitWarning[];
  /** Runs without repeats that it was fitted to and is held as; none where it was given, or only where the search began. */
  readonly single: readonly RunRecord[];
  /** The base, or one bootstrap draw of it. */
  draw(random: Random): ChinchillaParameters;
}

/** @throws IsoflopError "no-base", and what Approach 3 throws */
export function baseOf(records: readonly RunRecord[], options: DataConstrainedOptions): BaseChoice {
  const { base, joint = false } = options;
  if (base) return fixed(base, options.baseName ?? "given", !joint);
  const single = records.filter((r) => (r.uniqueTokens ?? r.tokens) >= r.tokens * (1 - 1e-9));
  if (single.length < FEWEST_RUNS) {
    if (joint) return fixed(muennighoffConstants, "muennighoff-2023", false);
    throw refuse("no-base", { single: single.length, needed: FEWEST_RUNS });
  }
  const { loss = "huber", delta = 1e-3, resamples = 1000, convention, random } = options;
  const fit = fitParametric(single, {
    loss,
    delta,
    resamples: joint ? 0 : resamples,
    ...(convention && { convention }),
    ...(random && { random }),
  });
  const rows = fit.draws.rows;
  const column = (name: keyof ChinchillaParameters) => fit.draws.names.indexOf(name);
  const [E, A, B, alpha, beta] = [column("E"), column("A"), column("B"), column("alpha"), column("beta")];
  return {
    parameters: fit.parameters,
    origin: { name: "single-epoch runs", held: !joint, runs: single.length },
    uncertain: !joint && rows.length > 0,
    single: joint ? [] : single,
    warnings: joint
      ? []
      : fit.warnings.map(({ code, message, statement }) => ({
          code,
          message: ofBase(single.length, message),
          ...(statement && { statement: { ...statement, baseRuns: single.length } }),
        })),
    draw(random) {
      const row = joint ? undefined : rows[random.integer(Math.max(1, rows.length))];
      return row === undefined
        ? fit.parameters
        : { E: row[E]!, A: row[A]!, B: row[B]!, alpha: row[alpha]!, beta: row[beta]! };
    },
  };
}

/** As far apart as the losses of two seeds are: a base that is wrong by less is not to blame. */
const NEGLIGIBLE = 0.002;

/**
 * Approach 3 takes every parameter of its runs for one that counts in full; the law found says what those beyond U_N are
 * worth. Where the two disagree about the runs of the base, it was fitted to losses that are not its own.
 */
export function warnExcess(
  { single }: BaseChoice,
  parameters: DataConstrainedParameters,
  form: DecayForm,
): FitWarning[] {
  const above = single.flatMap(({ parameters: n, tokens: d }) =>
    n > chinchillaParametersForTokens(parameters, d) * (1 + 1e-9)
      ? dataConstrained(d, form).loss(parameters, n, d) / chinchilla.loss(parameters, n, d) - 1
      : [],
  );
  const most = Math.max(0, ...above);
  return most < NEGLIGIBLE ? [] : [warn("base-excess", { excess: above.length, runs: single.length, most })];
}

function fixed(parameters: ChinchillaParameters, name: string, held: boolean): BaseChoice {
  return { parameters, origin: { name, held }, uncertain: false, warnings: [], single: [], draw: () => parameters };
}
