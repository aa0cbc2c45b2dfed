import type { EnvelopeFit } from "@isoflop/laws";
import type { EnvelopeScalingData } from "../data.js";
import { logSpace } from "../ticks.js";
import { allocationLaw } from "./allocationLaw.js";

/** The envelope has a point for each of 1,500 values of compute; neighbours are one dot. */
const MOST_POINTS = 150;

/** Approach 1's envelope and power laws: Hoffmann et al. 2022, Figure 2, centre and right. */
export function envelopeScalingOf(
  fit: EnvelopeFit,
  names: ReadonlyMap<string, string>,
  most = MOST_POINTS,
): EnvelopeScalingData {
  const { envelope } = fit;
  const every = Math.max(1, Math.ceil(envelope.length / most));
  const [first, last] = [envelope[0]?.flops ?? 1, envelope.at(-1)?.flops ?? 1];
  const reach = logSpace(first, last, 40);
  const used = envelope.filter(({ status }) => status === "used");
  return {
    counts: { used: used.length, edge: envelope.length - used.length, runs: new Set(used.map(({ run }) => run)).size },
    points: envelope
      .filter((_, index) => index % every === 0)
      .map(({ run, flops, parameters, tokens, status }) => ({
        id: run,
        name: names.get(run) ?? run,
        flops,
        parameters,
        tokens,
        status,
      })),
    parametersLaw: allocationLaw(fit, "parameters", reach),
    tokensLaw: allocationLaw(fit, "tokens", reach),
  };
}
