import { fitOfLaw } from "@isoflop/laws/procedures";
import { type ChecklistSection, itemOf, lacks, type Part, says } from "./item.js";
import { runs as countRuns, factOf, plain } from "./spread.js";
import type { ChecklistSubject } from "./subject.js";

/** From trained models to the points that are fitted. */
export function extractionSection(subject: ChecklistSubject): ChecklistSection {
  const { loss, runs, remedy, modified, dropped, where, ended, data } = subject;
  return {
    heading: "Data extraction",
    items: [
      itemOf("extraction.loss", "Which loss is fitted, on which text, and which value of each run?", loss),
      itemOf(
        "extraction.checkpoints",
        "How many checkpoints of a run are fitted, its last or others along it?",
        checkpoints(subject),
      ),
      itemOf(
        "extraction.averaging",
        "Are checkpoints modified (averaged, cooled down) before they are scored?",
        factOf(
          "checkpoints before scoring",
          runs.map(({ averaging }) => averaging),
          remedy,
        ),
      ),
      itemOf("extraction.modified", "Are losses smoothed, interpolated or converted?", [
        ...modified,
        ...smoothing(subject),
      ]),
      itemOf("extraction.left-out", "Which runs are left out, and why?", leftOut(dropped, where)),
      itemOf("extraction.ended", "Had all of the runs ended?", ended),
      itemOf("extraction.data", "Can the points be had?", data),
    ],
  };
}

function checkpoints({ records, fits }: ChecklistSubject): Part[] {
  const trained = new Set(records.map(({ id, run }) => run ?? id)).size;
  if (trained === 0) return [lacks("no run has a loss yet")];
  const curves = records.filter(({ curve }) => (curve?.length ?? 0) > 1).length;
  return [
    says(
      trained === records.length
        ? `one observation a run (${countRuns(trained)})`
        : `${records.length} observations of ${countRuns(trained)}: not independent of each other`,
    ),
    ...(fitOfLaw(fits.fits, "envelope-power-law") === undefined
      ? []
      : [says(`Approach 1 takes training losses along the run, of ${curves} of ${countRuns(records.length)}`)]),
  ];
}

function smoothing({ fits }: ChecklistSubject): Part[] {
  const envelope = fitOfLaw(fits.fits, "envelope-power-law");
  if (envelope === undefined) return [];
  const { kernel, bandwidth } = envelope.diagnostics;
  return [says(`Approach 1 smooths training curves (${String(kernel)}, bandwidth ${String(bandwidth)})`)];
}

/** Reasons, the most frequent first, each with how many it befell. */
function leftOut(dropped: ChecklistSubject["dropped"], where: string | undefined): Part[] {
  const asked = where === undefined ? [] : [says(`those that do not satisfy --where ${plain(where)}`)];
  if (dropped.length === 0) return [...asked, says(`none${where === undefined ? "" : " of the others"}`)];
  const reasons = new Map<string, { count: number; first: string; reason: string }>();
  for (const { row, reason } of dropped) {
    // Numbers apart, it is the same reason.
    const kind = reason.replaceAll(/[-+\d.e]*\d/g, "#");
    const found = reasons.get(kind) ?? { count: 0, first: row, reason };
    reasons.set(kind, { ...found, count: found.count + 1 });
  }
  const listed = [...reasons.values()].sort((a, b) => b.count - a.count);
  const shown = listed
    .slice(0, 6)
    .map(({ count, first, reason }) =>
      count === 1 ? `${plain(first)}: ${plain(reason, 200)}` : `${count} as ${plain(first)}: ${plain(reason, 200)}`,
    );
  return [...asked, says(`${dropped.length}: ${shown.join("; ")}${listed.length > 6 ? "; and others" : ""}`)];
}
