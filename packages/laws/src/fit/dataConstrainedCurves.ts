import { dataConstrained } from "../laws/dataConstrained.js";
import { NO_DECAY, scaleOfDecay } from "../laws/forms/repetition.js";
import { median } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { refuseBy } from "../statements/made.js";
import { profileErrors } from "../statements/profile.js";
import { clustersOf } from "../uncertainty/resampling.js";
import type { DataConstrainedFit } from "./dataConstrained.js";
import { repetitionData } from "./dataConstrainedProblem.js";
import { dataConstrainedSolver } from "./dataConstrainedSolver.js";
import { type SearchOfResiduals, searchCurve } from "./heldSearchCurves.js";
import type { LikelihoodCurve, LikelihoodCurveOptions } from "./likelihoodCurve.js";

const refuse = /* @__PURE__ */ refuseBy(profileErrors);
const asIs = (v: number): number => v;

/**
 * Profiles of R_D* and R_N*, and of E, alpha and beta where they were fitted with them; constants that were held stay
 * held, so that the profile knows nothing of their uncertainty. Profiled is the decay 1/(1 + R*), in which no decay is an
 * end of the range like any other: R* = NO_DECAY as an end says that the interval is open there. Rows of one run err
 * together and each by its own size (objectiveRise.ts), as under the bootstrap.
 * @param records the ones that were fitted
 * @throws IsoflopError "no-profile" where neither can be told from no decay by any run
 */
export function dataConstrainedCurves(
  fit: DataConstrainedFit,
  records: readonly RunRecord[],
  { steps }: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  const joint = !fit.base.held;
  const freed = freedDecays(fit, joint);
  // As of any law (lawProfile.ts): far below the residuals' spread delta changes no interval, and makes every refit hard.
  const visible = 0.01 * median(fit.residuals.map(({ logResidual }) => Math.abs(logResidual)));
  const loss = fit.diagnostics.residualLoss;
  const delta = loss === "mse" ? Number.POSITIVE_INFINITY : Math.max(Number(fit.diagnostics.delta), visible);
  const data = repetitionData(records);
  const solver = dataConstrainedSolver(data, {
    joint,
    freed,
    form: fit.form,
    loss: loss === "mse" ? "mse" : "huber",
    delta,
  });
  const found = solver.search(fit.parameters);
  const search: SearchOfResiduals = {
    ...found,
    delta,
    clusters: clustersOf(records),
    residuals: (x) => {
      const p = found.parametersAt(x);
      return Float64Array.from(records, ({ parameters, tokens, loss: measured }, i) =>
        Math.log(dataConstrained(data.unique[i]!, fit.form).loss(p, parameters, tokens) / measured),
      );
    },
  };
  const decays = search.best.length - 2;
  const wanted = [
    ...(joint
      ? [
          { name: "E", variable: 2, value: asIs },
          { name: "alpha", variable: 3, value: asIs },
          { name: "beta", variable: 4, value: asIs },
        ]
      : []),
    { name: "RD", variable: decays, value: scaleOfDecay },
    { name: "RN", variable: decays + 1, value: scaleOfDecay },
  ];
  const curves = wanted.flatMap(({ name, ...reported }): [string, LikelihoodCurve][] => {
    const curve = searchCurve(search, reported, steps);
    return curve === undefined ? [] : [[name, curve]];
  });
  if (curves.length > 0) return Object.fromEntries(curves);
  throw refuse("no-profile/decay");
}

/** Which of the two were free: where one was held, it is at no decay. */
function freedDecays({ parameters, diagnostics }: DataConstrainedFit, joint: boolean): readonly ("RD" | "RN")[] {
  const count = Number(diagnostics.freeParameters) - (joint ? 5 : 0);
  const names = ["RD", "RN"] as const;
  return count === 2 ? names : names.filter((name) => count === 1 && parameters[name] < NO_DECAY);
}
