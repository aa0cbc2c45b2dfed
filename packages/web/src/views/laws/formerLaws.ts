import type {
  BootstrapPairsData,
  EnvelopeScalingData,
  FiguresData,
  IsoflopProfilesData,
  KaplanFigures,
  LawComparisonData,
  PowerLaw,
  ProfileLikelihoodData,
} from "@isoflop/figures";
import type { RunRecord } from "@isoflop/laws";

/** The figures that laws are drawn in. */
export type LawFigures = FiguresData & KaplanFigures & { readonly envelopeScaling?: EnvelopeScalingData | undefined };

/** A line alone: bands and intervals are of the law that holds. */
const bare = ({ coefficient, exponent }: PowerLaw): PowerLaw => ({ coefficient, exponent });
const barePair = (laws: { readonly parametersLaw: PowerLaw; readonly tokensLaw: PowerLaw }) => ({
  former: { parametersLaw: bare(laws.parametersLaw), tokensLaw: bare(laws.tokensLaw) },
});

type Figure<Name extends keyof LawFigures> = NonNullable<LawFigures[Name]>;

/** How each figure that draws a law takes that law as it was. */
const TAKES_FORMER: {
  readonly [Name in keyof LawFigures]?: (now: Figure<Name>, before: Figure<Name>) => Figure<Name>;
} = {
  trainingCurves: (now, { frontier }) => ({ ...now, former: { frontier } }),
  isoflopProfiles: formerProfiles,
  optimumScaling: (now, before) => ({ ...now, ...barePair(before) }),
  envelopeScaling: (now, before) => ({ ...now, ...barePair(before) }),
  lossContours: (now, { law, frontier }) => ({ ...now, former: { law, frontier } }),
  kaplanLaws: formerKaplan,
  kaplanSizes: (now, before) => ({
    ...(now.data && { data: { ...now.data, ...formerOf(before.data) } }),
    ...(now.steps && { steps: { ...now.steps, ...formerOf(before.steps) } }),
  }),
  criticalBatch: (now, before) => ({ ...now, ...formerOf(before) }),
  kaplanAllocation: (now, { parametersLaw, stepsLaw, batchLaw }) => ({
    ...now,
    former: {
      parametersLaw: bare(parametersLaw),
      stepsLaw: bare(stepsLaw),
      ...(batchLaw && { batchLaw: bare(batchLaw) }),
    },
  }),
};

/** Figures of laws with the same laws as they were with all runs. */
export function withFormer<Now extends LawFigures>(now: Now, before: LawFigures): Now {
  const taken = <Name extends keyof LawFigures>(name: Name) => {
    const [own, former]: readonly (LawFigures[Name] | undefined)[] = [now[name], before[name]];
    return own && former ? { [name]: TAKES_FORMER[name]?.(own, former) } : {};
  };
  return Object.assign({ ...now }, ...(Object.keys(TAKES_FORMER) as (keyof LawFigures)[]).map(taken));
}

/** The law of a figure as what it was; without its band. */
function formerOf<Law extends object>(before: { readonly law?: Law } | undefined) {
  if (before?.law === undefined) return {};
  const { band: _, ...former }: Law & { readonly band?: unknown } = before.law;
  return { former: former as Law };
}

function formerProfiles(now: IsoflopProfilesData, before: IsoflopProfilesData): IsoflopProfilesData {
  const former = new Map(before.profiles.map(({ budget, parabola }) => [budget, parabola]));
  return {
    profiles: now.profiles.map((profile) => {
      const parabola = former.get(profile.budget);
      return parabola === undefined ? profile : { ...profile, former: parabola };
    }),
  };
}

function formerKaplan(
  now: NonNullable<KaplanFigures["kaplanLaws"]>,
  before: NonNullable<KaplanFigures["kaplanLaws"]>,
): NonNullable<KaplanFigures["kaplanLaws"]> {
  return {
    ...(now.compute && { compute: { ...now.compute, ...formerOf(before.compute) } }),
    ...(now.tokens && { tokens: { ...now.tokens, ...formerOf(before.tokens) } }),
    ...(now.parameters && { parameters: { ...now.parameters, ...formerOf(before.parameters) } }),
  };
}

/** Diagnostics of a fit with what it told of each quantity before, by the quantities' names. */
export function withFormerEstimates<Data extends ProfileLikelihoodData | BootstrapPairsData>(
  now: Data,
  before: Readonly<Record<string, number>>,
): Data {
  return {
    ...now,
    parameters: now.parameters.map((parameter) => {
      const former = before[parameter.name];
      return former === undefined ? parameter : { ...parameter, former };
    }),
  };
}

/** N_opt(C) by each fit with what it was. */
export function withFormerOptima(now: LawComparisonData, before: LawComparisonData): LawComparisonData {
  const former = new Map(before.laws.map(({ name, optima }) => [name, optima]));
  return {
    ...now,
    laws: now.laws.map((law) => {
      const optima = former.get(law.name);
      return law.published === true || optima === undefined ? law : { ...law, former: optima };
    }),
  };
}

/** Profiles with the runs that their parabolas do not see, where these name their budget: there they can be taken in again. */
export function withLeftOut(
  data: IsoflopProfilesData,
  records: readonly RunRecord[],
  leftOut: readonly string[],
  names: ReadonlyMap<string, string>,
): IsoflopProfilesData {
  if (leftOut.length === 0) return data;
  const out = records.filter(({ id }) => leftOut.includes(id));
  return {
    profiles: data.profiles.map((profile) => ({
      ...profile,
      points: [
        ...profile.points,
        ...out.flatMap(({ id, budget, parameters, loss }) =>
          budget === profile.budget && profile.points.every((point) => point.id !== id)
            ? [{ id, name: names.get(id) ?? id, parameters, loss }]
            : [],
        ),
      ],
    })),
  };
}
