import type { Exporter } from "../exporter.js";
import type { ExportInput } from "../input.js";
import { type Cell, number, type Table, text } from "./table.js";
import { writeTable } from "./writeTable.js";

/** The curves that the fits see, and every logged point. */
export const curvesExporter: Exporter = {
  what: "curves",
  about: "training curves as the fits see them, and every logged point",
  byDefault: true,
  lacks: (input) => (input.hasRuns || hasCurves(input) ? undefined : "there are no training curves"),
  write: async (input, place, { formats }) => [
    ...(hasCurves(input) ? await writeTable(place, curveTable(input), formats) : []),
    ...(input.hasRuns ? await writeTable(place, pointTable(input), formats) : []),
  ],
};

const hasCurves = ({ records }: ExportInput): boolean => records.some(({ curve }) => (curve?.length ?? 0) > 0);

const curveTable = ({ records }: ExportInput): Table => ({
  name: "curves",
  columns: [text("run"), number("N"), number("tokens"), number("flops"), number("loss")],
  rows: function* () {
    for (const { run, id, parameters, curve } of records) {
      for (const { tokens, flops, loss } of curve ?? []) yield [run ?? id, parameters, tokens, flops, loss];
    }
  },
});

/** A row for each point of each series, as it was logged: no sampling, no two series forced onto the same steps. */
const pointTable = ({ runs }: ExportInput): Table => ({
  name: "points",
  columns: [text("run"), text("key"), number("step"), number("value"), number("time")],
  rows: async function* () {
    for await (const { id, points } of runs()) {
      for await (const { key, step, value, time } of points()) yield [id, key, step, value, time] satisfies Cell[];
    }
  },
});
