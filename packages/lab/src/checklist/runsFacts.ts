import { basename } from "node:path";
import type { ManifestEntry } from "../import/manifest.js";
import { parseLossRule, shownRule } from "../import/settle/lossRule.js";
import type { SettledRecord } from "../import/settle/settle.js";
import type { Observations } from "../read/observations.js";
import { factsOfImported } from "./importedFacts.js";
import { lacks, type Part, says } from "./item.js";
import { runs as countRuns, plain, spreadOf } from "./spread.js";
import type { ChecklistSubject } from "./subject.js";
import { UNPUBLISHED } from "./unpublished.js";

type Facts = Pick<ChecklistSubject, "runs" | "remedy" | "counted" | "loss" | "modified" | "ended" | "data">;

/** What imported runs, or rows of a table, say beside their records. */
export async function runsFacts(observations: Observations): Promise<Facts> {
  const { imported, records, sources, columns, notices, derived } = observations;
  const wanted = new Set(records.map(({ id }) => id));
  const entries = imported.map(({ folder, manifest }) => ({
    folder,
    manifest,
    runs: manifest.runs.filter(({ id }) => wanted.has(id)),
  }));
  const all = entries.flatMap((folder) => folder.runs);
  // Every record is of an import, or else the table's columns say what they are.
  if (all.length === 0 || all.length < wanted.size) return ofTable({ records, sources, columns, notices, derived });
  return {
    runs: (await Promise.all(entries.map(({ folder, runs }) => factsOfImported(folder, runs)))).flat(),
    remedy: "log it in the run's settings and import again",
    counted: countedOf(all, [...new Set(imported.map(({ manifest }) => manifest.counting))]),
    loss: lossOf(all),
    modified: [...new Set(imported.map(({ manifest }) => manifest.loss))].map((rule) =>
      says(
        parseLossRule(rule).kind === "last"
          ? "the import takes the last logged value as it is"
          : `the import takes the ${shownRule(parseLossRule(rule))} (--loss ${rule})`,
      ),
    ),
    ended: endedOf(all),
    data: [
      ...imported.map(({ folder }) =>
        says(`records.jsonl of ${plain(basename(folder))}, and every logged point in runs/<id>/points.jsonl`),
      ),
      UNPUBLISHED,
    ],
  };
}

function ofTable({
  records,
  sources,
  columns,
  derived,
}: Pick<Observations, "records" | "sources" | "columns" | "notices"> & {
  readonly derived: string | undefined;
}): Facts {
  return {
    runs: records.map(({ seed }) => (seed === undefined ? {} : { seed })),
    remedy:
      "a table of N, D, C and losses does not say it: tell it beside the table, or import the runs with their settings",
    counted: [
      ...columns.map((line) => says(plain(line))),
      ...(derived === undefined ? [] : [says(`derived: ${derived}`)]),
      lacks("whether N has the embeddings in it, and how C was counted, only the names of the columns say"),
    ],
    loss: [
      ...columns.map((line) => says(plain(line))),
      lacks("of which text it is, and which value of a run: the table does not say; tell it beside the table"),
    ],
    modified: [lacks("what was done to the losses before they came into the table: it does not say")],
    ended: [lacks("whether each row is of a run that had ended: the table does not say")],
    data: [
      says(
        sources
          .slice(0, 3)
          .map((source) => plain(basename(source)))
          .join(", ") + (sources.length > 3 ? ` and ${sources.length - 3} more` : ""),
      ),
      UNPUBLISHED,
    ],
  };
}

const recordsOf = (entries: readonly ManifestEntry[]): SettledRecord[] =>
  entries.flatMap(({ outcome }) => ("record" in outcome ? [outcome.record] : []));

/** "N: n_params, logged": each way that the quantities came about, with the number of runs. */
function countedOf(entries: readonly ManifestEntry[], countings: readonly string[]): Part[] {
  const records = recordsOf(entries);
  const ways = ["N", "D", "C"].flatMap((symbol) => {
    const origins = records.flatMap(({ origin }) => origin.filter((text) => text.startsWith(`${symbol}: `)));
    const text = spreadOf(origins.map((origin) => origin.slice(3).replaceAll(/step \d+/g, "the step of the loss")));
    return text === undefined ? [] : [says(`${symbol}: ${text}`)];
  });
  const having = (pattern: RegExp) =>
    entries.filter(({ warnings }) => warnings.some((text) => pattern.test(text))).length;
  const [assumed, disagreeing] = [having(/does not say what it counts/), having(/, but .+ (gives|says) |says C = /)];
  return [
    says(`counting ${countings.join(", ")}: ${spreadOf(records.map(({ counted }) => `N ${COUNTED[counted]}`))}`),
    ...ways,
    ...(assumed === 0
      ? []
      : [
          lacks(
            `in ${countRuns(assumed)} the logged N does not say what it counts; log it as n_params_total or non_embedding_params, or log the shape`,
          ),
        ]),
    ...(disagreeing === 0
      ? []
      : [
          lacks(
            `in ${countRuns(disagreeing)} two accounts of N, D or C differ by more than 1 %; see the warnings of isoflop import, and choose by --columns`,
          ),
        ]),
  ];
}

const COUNTED = {
  total: "with the embeddings",
  "non-embedding": "without the embeddings",
  given: "as logged",
} as const;

function lossOf(entries: readonly ManifestEntry[]): Part[] {
  const records = recordsOf(entries);
  const kinds = records.map(
    ({ lossKey, isTraining, lossUnit }) =>
      `${plain(lossKey)}${isTraining ? " (of training)" : ""} in ${lossUnit ?? "nats per token"}`,
  );
  return [
    says(`${spreadOf(kinds)}`),
    says(
      `from: ${spreadOf(records.flatMap(({ origin }) => origin.filter((text) => text.startsWith("loss: ")).map((text) => text.slice(6).replaceAll(/step \d+/g, "its last step"))))}`,
    ),
    lacks("of which text: the name of the series is all that is logged; tell it beside the report"),
  ];
}

/** What the tracker says of the runs' ends. */
function endedOf(entries: readonly ManifestEntry[]): Part[] {
  const unknown = entries.filter(({ state }) => state === undefined).length;
  const open = entries.filter(({ state }) => state !== undefined && state !== "finished");
  const finished = entries.length - unknown - open.length;
  return [
    ...(finished === 0 ? [] : [says(`${countRuns(finished)} finished, as the tracker says`)]),
    ...(open.length === 0
      ? []
      : [
          says(
            `${countRuns(open.length)} had not, and are fitted all the same: ${spreadOf(open.map(({ state }) => state!))} (${open
              .slice(0, 3)
              .map(({ name }) => plain(name))
              .join(", ")}${open.length > 3 ? ", …" : ""})`,
          ),
        ]),
    ...(unknown === 0 ? [] : [lacks(`of ${countRuns(unknown)} the tracker does not say`)]),
  ];
}
