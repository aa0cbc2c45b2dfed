import {
  type BootstrapOver,
  createRandom,
  fitLaw,
  type Interval,
  IsoflopError,
  type Law,
  type LawFit,
  type LawFitOptions,
  lawNamed,
  orThrow,
  type Prediction,
  predictFrom,
  profileIntervals,
  type SeedNoise,
} from "@isoflop/laws";
import { parseNumbers } from "../read/assignments.js";
import { type LawObservations, readLawRows } from "../read/lawInputs.js";
import { figure, range } from "./fitsTable.js";
import { type CommandIo, writeJsonOutput } from "./io.js";
import { textTable } from "./textTable.js";

export interface LawFlags {
  readonly law: string;
  /** Absent where the user has not chosen. */
  readonly loss?: LawFitOptions["loss"];
  readonly delta: number;
  readonly bootstrap: number;
  readonly seed: number;
  readonly bootstrapOver?: BootstrapOver;
  readonly noise?: SeedNoise;
  readonly columns?: string;
  readonly where?: string;
  readonly fix?: string;
  readonly tie?: string;
  readonly at?: string;
  readonly profile?: true;
  readonly json?: true;
  readonly draws?: true;
}

/** `isoflop fit --law`: one law of the library through the user's rows. */
export async function fitLawFiles(io: CommandIo, sources: readonly string[], flags: LawFlags): Promise<void> {
  const law = orThrow(lawNamed(flags.law));
  const at = flags.at === undefined ? undefined : inputsAt(law, flags.at);
  const { observations, fit } = await fitOfLawFiles(sources, law, flags);
  const profile = flags.profile ? orThrow(profileIntervals(law, observations.rows, fit)) : undefined;
  const prediction = at && orThrow(predictFrom(fit, at, law));
  if (flags.json) {
    writeJsonOutput(io, {
      observations: {
        count: observations.rows.length,
        dropped: observations.dropped,
        columns: observations.columns,
        ...(observations.derived === undefined ? {} : { derived: observations.derived }),
        notices: observations.notices,
        warnings: observations.warnings,
      },
      fits: [{ ...(flags.draws ? fit : withoutRows(fit)), ...(profile === undefined ? {} : { profile95: profile }) }],
      ...(at === undefined ? {} : { prediction: { inputs: at, ...prediction } }),
    });
  } else io.stdout(lawText(law, observations, fit, profile, at && prediction && { at, prediction }));
}

/** The rows that a law takes, and its fit to them. Errors: those of readLawRows and fitLaw. */
export async function fitOfLawFiles(
  sources: readonly string[],
  law: Law,
  flags: Omit<LawFlags, "law" | "at" | "json" | "draws">,
): Promise<{ readonly observations: LawObservations; readonly fit: LawFit }> {
  const observations = await readLawRows(sources, law, {
    ...(flags.columns === undefined ? {} : { columns: flags.columns }),
    ...(flags.where === undefined ? {} : { where: flags.where }),
  });
  const made = fitLaw(law, observations.rows, {
    loss: flags.loss ?? "mse",
    delta: flags.delta,
    resamples: flags.bootstrap,
    random: createRandom(flags.seed),
    ...(flags.bootstrapOver === undefined ? {} : { over: flags.bootstrapOver }),
    ...(flags.noise === undefined ? {} : { noise: flags.noise }),
    ...(flags.fix === undefined ? {} : { fixed: parseNumbers(flags.fix, "--fix") }),
    ...(flags.tie === undefined ? {} : { tied: [flags.tie.split("=").map((name) => name.trim())] }),
  });
  return { observations, fit: orThrow(made) };
}

/** The fields of the public contract, without draws and residuals. */
export function withoutRows(fit: LawFit) {
  const { approach, law, parameters, standardErrors, intervals95, objective, diagnostics, warnings } = fit;
  const { basins, fixed, tied } = fit;
  return {
    approach,
    law,
    parameters,
    standardErrors,
    intervals95,
    objective,
    diagnostics,
    warnings,
    basins,
    fixed,
    tied,
  };
}

function inputsAt(law: Law, text: string): Record<string, number> {
  const given = parseNumbers(text, "--at");
  const names = Object.keys(law.inputs);
  const [first] = names.filter((name) => !(given[name]! > 0));
  if (first === undefined && Object.keys(given).length === names.length) return given;
  throw new IsoflopError({
    code: "bad-quantity",
    message: `--at needs a positive ${names.join(" and ")} for ${law.name}, and nothing else.`,
    hint: `Write for example --at ${names.map((name) => `${name}=${law.inputs[name]!.range[1].toExponential()}`).join(",")}.`,
  });
}

function lawText(
  law: Law,
  observations: LawObservations,
  fit: LawFit,
  profile: Readonly<Record<string, Interval>> | undefined,
  asked: { at: Readonly<Record<string, number>>; prediction: Prediction } | undefined,
): string {
  const { rows, dropped, derived, sources, columns } = observations;
  const taken = Object.entries(columns).map(([name, column]) => `${name} = ${column}`);
  const lines = [
    `${rows.length} rows from ${sources.join(", ")}: ${taken.join(", ")}${derived === undefined ? "" : `; ${derived}`}`,
    ...(dropped.length === 0 ? [] : [`${dropped.length} rows dropped:`]),
    ...dropped.slice(0, 10).map(({ row, reason }) => `  row ${row}: ${reason}`),
    ...observations.warnings.map(({ code, message }) => `warning (${code}): ${message}`),
    ...observations.notices.map((notice) => `note: ${notice}`),
    "",
    `${law.name}: ${law.form}`,
    `  ${law.source}`,
    "",
  ];
  const interval = (name: string, intervals: Readonly<Record<string, Interval>>) =>
    name in fit.fixed ? "held" : range(intervals[name]).trim() || "-";
  const table = textTable(
    ["Parameter", "Value", "95 %", ...(profile ? ["95 %, profile"] : []), "Unit"],
    Object.entries(fit.parameters).map(([name, value]) => [
      name,
      figure(value),
      interval(name, fit.intervals95),
      ...(profile ? [interval(name, profile)] : []),
      law.parameters[name]!.unit,
    ]),
  );
  const { residualLoss, residualsOf, rootMeanSquareResidual, bootstrapOver, bootstrapResamples } = fit.diagnostics;
  const closing = [
    `${residualLoss} of residuals in ${residualsOf}: ${fit.objective.toPrecision(6)}; root mean square ${figure(Number(rootMeanSquareResidual))}; ` +
      (bootstrapResamples === 0
        ? "no intervals asked for"
        : `intervals by ${bootstrapResamples} resamples over ${bootstrapOver}`),
    ...(asked
      ? [
          `At ${Object.entries(asked.at)
            .map(([name, v]) => `${name} = ${figure(v)}`)
            .join(", ")}: ${figure(asked.prediction.value)}${range(asked.prediction.interval95)} ${law.output.unit}`,
        ]
      : []),
    ...fit.warnings.map((warning) => `warning (${warning.code}): ${warning.message}`),
  ];
  return `${lines.join("\n")}\n${table}\n${closing.join("\n")}\n`;
}
