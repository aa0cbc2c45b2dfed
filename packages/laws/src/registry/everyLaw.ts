import { IsoflopError } from "../error.js";
import { brokenPowerLaw1, brokenPowerLaw2 } from "../laws/brokenPowerLaw.js";
import { chinchilla } from "../laws/chinchilla.js";
import { criticalBatch } from "../laws/criticalBatch.js";
import { dataConstrainedLaw } from "../laws/dataConstrained.js";
import { downstreamError } from "../laws/downstreamError.js";
import { kaplanCompute } from "../laws/kaplanCompute.js";
import { kaplanData } from "../laws/kaplanData.js";
import { kaplanFixedBatchCompute } from "../laws/kaplanFixedBatchCompute.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { kaplanModelSteps } from "../laws/kaplanModelSteps.js";
import { kaplanParameters } from "../laws/kaplanParameters.js";
import type { Law } from "../laws/law.js";
import { lossFrontier } from "../laws/lossFrontier.js";
import { m1 } from "../laws/m1.js";
import { m2 } from "../laws/m2.js";
import { m3 } from "../laws/m3.js";
import { m4 } from "../laws/m4.js";
import { optimalBatch } from "../laws/optimalBatch.js";
import { optimalLearningRate } from "../laws/optimalLearningRate.js";
import { overTraining } from "../laws/overTraining.js";
import { optimalParameters, optimalTokens } from "../laws/powerLaw.js";
import { taskAccuracy } from "../laws/taskAccuracy.js";

/** Every law that can be fitted by name, oldest paper first. A test holds it to the files of laws/. */
export const everyLaw: readonly Law[] = [
  kaplanParameters,
  kaplanData,
  kaplanFixedBatchCompute,
  kaplanCompute,
  kaplanModelData,
  kaplanModelSteps,
  criticalBatch,
  optimalParameters,
  optimalTokens,
  chinchilla,
  lossFrontier,
  m1,
  m2,
  m3,
  m4,
  brokenPowerLaw1,
  brokenPowerLaw2,
  dataConstrainedLaw,
  overTraining,
  downstreamError,
  taskAccuracy,
  optimalLearningRate,
  optimalBatch,
];

/**
 * A law by its name.
 * @throws IsoflopError "unknown-law"
 */
export function lawNamed(name: string): Law {
  const wanted = name.trim().toLowerCase();
  const law = everyLaw.find((candidate) => candidate.name === wanted);
  if (law) return law;
  throw new IsoflopError({
    code: "unknown-law",
    message: `There is no law named "${name}".`,
    hint: `Known: ${everyLaw.map((candidate) => candidate.name).join(", ")}.`,
  });
}
