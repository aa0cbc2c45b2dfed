import { createHash } from "node:crypto";
import { isIsoflopError, type RunRecord } from "@isoflop/laws";
import type { Corpus } from "@isoflop/trainer";
import {
  adaptiveCentres,
  centreExponent,
  type IsoflopDesign,
  profileCentres,
  profilesOf,
} from "../study/designs/isoflop.js";
import { canonicalJson } from "../study/identity.js";
import { shapesNear } from "../study/ladder.js";
import { resolveRuns } from "../study/resolve.js";
import { type Study, withoutAlso } from "../study/schema.js";
import { countedParameters, shapesUpTo } from "../study/shapes.js";
import type { CentredProfile } from "./centresFile.js";
import { extension, missingSide, nextCentre } from "./centring.js";

/** A study whose profiles are decided stage by stage. */
export interface Staged {
  readonly design: IsoflopDesign;
  /** Budgets ascending; the first ones are centred by the study's rule. */
  readonly budgets: readonly number[];
  readonly first: number;
  readonly extensions: number;
  /** Hash of all that the decisions depend on besides the runs. */
  readonly key: string;
}

/** What stages a study has, or undefined where its runs are all known from the start. */
export function stagesOf(study: Study, corpus: Corpus): Staged | undefined {
  const { design } = withoutAlso(study);
  if (design.kind !== "isoflop") return undefined;
  const adaptive = adaptiveCentres(design);
  if (adaptive === undefined) return undefined;
  const budgets = [...design.budgets].sort((a, b) => a - b);
  const first = Math.min(adaptive.first, budgets.length);
  const ruled = ruledProfiles(design, budgets.slice(0, first), study, corpus);
  const smallest = resolveRuns(
    { ...study, design: { ...design, budgets: budgets.slice(0, first) }, decided: ruled },
    corpus,
  );
  const key = createHash("sha256")
    .update(canonicalJson({ runs: smallest.map(({ id }) => id), design, counting: study.counting }))
    .digest("hex")
    .slice(0, 16);
  return { design, budgets, ...adaptive, first, key };
}

/** Profiles centred by the study's own rule. */
function ruledProfiles(
  design: IsoflopDesign,
  budgets: readonly number[],
  { counting }: Study,
  { vocabulary }: Corpus,
): CentredProfile[] {
  const centres = profileCentres(design);
  const ruled = profilesOf(design, { vocabulary, counting }, []);
  return budgets.map((budget) => ({
    budget,
    centre: centres[design.budgets.indexOf(budget)] ?? 1,
    by: "rule",
    why: "design.centre.tokensPerParameter and exponent",
    sizes: ruled.find((profile) => profile.budget === budget)?.shapes.map(({ parameters }) => parameters) ?? [],
    extensions: [],
  }));
}

/**
 * The profiles with the next decision made: the first budgets; more sizes on the side where a minimum is missing; the next
 * budget. The same where all is decided. Pure: the runs' records decide.
 */
export function decide(
  staged: Staged,
  profiles: readonly CentredProfile[],
  records: readonly RunRecord[],
  study: Study,
  corpus: Corpus,
): readonly CentredProfile[] {
  const { design, budgets, first } = staged;
  if (profiles.length === 0) return ruledProfiles(design, budgets.slice(0, first), study, corpus);
  const extended = profiles.map((profile) => extend(profile, staged, records, study, corpus));
  if (extended.some((profile, i) => profile.sizes !== profiles[i]?.sizes)) return extended;
  const budget = budgets[profiles.length];
  if (budget === undefined) return extended;
  const { counting } = study;
  const centre = nextCentre(budget, records, { exponent: centreExponent(design), convention: counting });
  if (centre === undefined) return extended;
  const { parameters, ...reason } = centre;
  const [half, context] = [Math.sqrt(design.span), { vocabulary: corpus.vocabulary, counting }];
  const targets = spacedAround(parameters, half, design.sizes);
  const sizes = shapesNear(targets, design.shapes, context).map((shape) => shape.parameters);
  const { interval95, ...told } = reason;
  return [
    ...extended,
    {
      budget,
      centre: parameters,
      ...(interval95 === undefined ? {} : { interval95: [...interval95] }),
      ...told,
      sizes,
      extensions: [],
    },
  ];
}

const spacedAround = (centre: number, half: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => centre * half ** ((2 * i) / (count - 1) - 1));

function extend(
  profile: CentredProfile,
  { design, extensions }: Staged,
  records: readonly RunRecord[],
  study: Study,
  corpus: Corpus,
): CentredProfile {
  if (profile.stopped !== undefined) return profile;
  const side = missingSide(profile.budget, records);
  if (side === undefined) return profile;
  if (profile.extensions.length >= extensions) {
    return { ...profile, stopped: `the minimum is still at an edge after ${extensions} extensions` };
  }
  const beyond = freeSizes(profile.sizes, extension(profile.sizes, side, design), side, study, corpus);
  if (beyond.length === 0) return { ...profile, stopped: `the family of shapes has no ${side} model` };
  const sizes = [...profile.sizes, ...beyond].sort((a, b) => a - b);
  const extended = {
    ...profile,
    sizes,
    extensions: [...profile.extensions, { side, sizes: beyond }],
  };
  const refusal = refusalOf(extended, study, corpus);
  return refusal === undefined ? extended : { ...profile, stopped: refusal };
}

/** Distinct sizes that the family has beyond one end of a profile, nearest to those wanted. */
function freeSizes(
  taken: readonly number[],
  wanted: readonly number[],
  side: "smaller" | "larger",
  study: Study,
  corpus: Corpus,
): number[] {
  const { design, counting } = study;
  const end = side === "larger" ? Math.max(...taken) : Math.min(...taken);
  const all = shapesUpTo(2 * Math.max(...wanted), design.shapes, corpus.vocabulary, counting.parameters)
    .map(({ shape }) => countedParameters(shape, counting.parameters))
    .filter((size) => (side === "larger" ? size > end : size < end));
  const chosen = new Set<number>();
  for (const target of wanted) {
    const free = all.filter((size) => !chosen.has(size));
    if (free.length === 0) break;
    const miss = (size: number) => Math.abs(Math.log(size / target));
    chosen.add(free.reduce((best, size) => (miss(size) < miss(best) ? size : best)));
  }
  return [...chosen].sort((a, b) => a - b);
}

/** Why a profile cannot be trained, as more tokens than the corpus has; undefined where it can. */
function refusalOf(profile: CentredProfile, study: Study, corpus: Corpus): string | undefined {
  if (study.design.kind !== "isoflop") return undefined;
  try {
    resolveRuns({ ...study, design: { ...study.design, budgets: [profile.budget] }, decided: [profile] }, corpus);
    return undefined;
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return error.message;
  }
}
