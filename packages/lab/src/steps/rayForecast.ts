import { forecastLawFit, formatFlops, IsoflopError, orThrow, type RunRecord } from "@isoflop/laws";
import type { Corpus } from "@isoflop/trainer";
import { countedSize } from "../study/countedSize.js";
import { middleSize } from "../study/designs/middle.js";
import type { StudyFolder } from "../study/folder.js";
import type { BudgetForecast, StudyForecast } from "./forecast.js";
import { resolveHoldout } from "./holdout.js";
import type { PartFits } from "./partLaws.js";

/**
 * What a ladder along one ray expects further along it: L(C) = E + k C^-gamma through its own runs. What to train it cannot
 * say: its models all have one D/N. Errors: forecast-without-fit.
 */
export function forecastAlongRay(
  ray: number,
  { study }: StudyFolder,
  corpus: Corpus,
  records: readonly RunRecord[],
  { madeFrom, parts }: { readonly madeFrom: string; readonly parts: PartFits | undefined },
): StudyForecast {
  const fit = parts?.fits.find((part) => part.fit.law === "loss-frontier")?.fit;
  if (fit === undefined) {
    throw new IsoflopError({
      code: "forecast-without-fit",
      message: `The hold-out at ${formatFlops(study.holdout.budgets[0] ?? 0)} FLOPs is to be forecast along the ladder, whose law could not be fitted: ${parts?.skipped[0]?.error.message ?? "it has no finished runs"}`,
      hint: "Train more sizes: L(C) = E + k C^-gamma has three constants.",
      exitCode: 1,
    });
  }
  const budgets = study.holdout.budgets.flatMap((budget): BudgetForecast[] =>
    resolveHoldout(budget, middleSize(study, budget, corpus.vocabulary), study, corpus).map((spec) => {
      const { counting } = study;
      const flops = spec.tokens * spec.flopsPerToken[counting.flops];
      const { optimum, intervals95, predictionInterval95, warnings } = orThrow(forecastLawFit(fit, flops));
      const size = {
        flops,
        parameters: countedSize(spec, counting),
        tokens: spec.tokens,
      };
      const loss = optimum.loss ?? Number.NaN;
      return {
        budget,
        optimum: { ...size, loss },
        law: "loss-frontier",
        ...(intervals95 === undefined ? {} : { intervals95 }),
        others: [],
        warnings: warnings.map((warning) => ({ ...warning, law: "loss-frontier" as const })),
        runs: [
          {
            role: "holdout-optimum",
            id: spec.id,
            name: spec.name,
            ...size,
            predicted: loss,
            law: "loss-frontier",
            ...(predictionInterval95 === undefined ? {} : { predictionInterval95 }),
          },
        ],
      };
    }),
  );
  const reason = `A ladder along D = ${ray} N forecasts its own ray, not what to train.`;
  return {
    statedAt: new Date().toISOString(),
    approach: "ladder",
    chosenBy: "study",
    backtests: { tested: [], untested: (["1", "2", "3"] as const).map((approach) => ({ approach, reason })) },
    madeFrom,
    largestTrainedBudget: Math.max(...records.map(({ flops }) => flops)),
    budgets,
  };
}
