import { describe, expect, it } from "vitest";
import { pastedFile } from "../../reading/formats.js";
import { importTables } from "../../reading/importTables.js";
import { readFile } from "../../reading/readFile.js";
import { droppedGroups } from "./droppedGroups.js";
import { NOTICES, noticeText } from "./noticeTexts.js";

const CURVES = (rows: readonly (readonly [step: number, d: number, loss: string])[], run = "a"): string =>
  rows.map(([step, d, loss]) => `${run},1e6,${d},${loss},${step}`).join("\n");
const steps = [1, 2, 3, 4].map((i) => [i, i * 1e8, `${4 - i / 10}`] as const);

/** Tables that provoke what a reader of tables may have to say. */
const TABLES: Readonly<Record<string, string>> = {
  perplexity: "N,D,ppl\n1e6,2e7,30\n",
  unit: "N,D,bpb\n1e6,2e7,1.1\n",
  training: "N,D,train_loss\n1e6,2e7,3\n",
  curves: `run,N,D,loss,step\n${CURVES([...steps, [5, 5e8, ""]])}\n${CURVES(steps, "b")}\n,1e6,1e8,3,1\n`,
  alongSteps: `run,N,D,loss,step\n${CURVES(steps.map(([step, , loss]) => [step, 4e8, loss]))}\n`,
  sharedKind: "model,N,D,loss\na,1e6,2e7,3\na,1e6,3e7,2.9\n",
  sizesDiffer: "run,N,D,loss\na,1e6,2e7,3\na,2e6,3e7,2.9\n",
  sameTokens: "run,N,D,loss\na,1e6,2e7,3\na,1e6,2e7,2.9\n",
  noRun: "N,D,loss,step\n1e6,2e7,3,1\n1e6,3e7,2.9,2\n",
  smallN: "N,D,loss\n7,2e7,3\n",
  highLoss: "N,D,loss\n1e6,2e7,40\n",
  wrongC: "N,D,C,loss\n1e6,2e7,1e9,3\n",
  uneven: `N,D,C,loss\n${Array.from({ length: 20 }, (_, i) => `1e6,2e7,${1.2e14 * (1 + i / 20)},${3 - i / 100}`).join("\n")}\n`,
  manyRuns: `run,N,D,loss,step\n${Array.from({ length: 10_001 }, (_, i) => CURVES(steps.slice(0, 2), `r${i}`)).join("\n")}\n`,
  ratio: "N,D,loss\n1e12,2e7,3\n",
};

async function read(text: string, checkpoints = false) {
  const table = await readFile(pastedFile(text), "t.csv");
  const { result } = importTables([table], { columns: {}, conditions: [], checkpoints });
  if ("refusal" in result) throw new Error(result.refusal.message);
  return result.observations;
}

describe("what the reader of tables says", () => {
  it("is told in Japanese, and in English without the command's flags", async () => {
    const notices = new Set<string>();
    for (const text of Object.values(TABLES)) for (const notice of (await read(text)).notices) notices.add(notice);
    for (const notice of (await read(TABLES.curves!, true)).notices) notices.add(notice);
    for (const { pattern } of NOTICES) {
      expect({ pattern, provoked: [...notices].some((notice) => pattern.test(notice)) }).toEqual({
        pattern,
        provoked: true,
      });
    }
    for (const notice of notices) {
      const japanese = noticeText(notice, "ja");
      expect({ notice, japanese }).toEqual({ notice, japanese: expect.stringMatching(/[ぁ-ん].*。$/) });
      expect(noticeText(notice, "en")).not.toContain("--");
    }
  });

  it("is shown as it is where the page does not know it", () => {
    expect(noticeText("Something new.", "en")).toBe("Something new.");
    expect(noticeText("Something new.", "ja")).toBeUndefined();
  });
});

describe("rows that were left out", () => {
  it("are grouped by reason and column, whatever their cells and names hold", async () => {
    const text = [
      "run,N,D,loss",
      'a,1e6,2e7,"x is empty"',
      'a,1e6,2e7,"3,4"',
      "b,0,2e7,3",
      "b,-1,2e7,3",
      "c,1e6,2e7,Infinity",
      "d,1e6,,3",
      "e,1e6,2e7,",
      "f,1e308,1e308,3",
      "g,1e6,2e7,3",
      "g,1e6,2e7,3",
    ].join("\n");
    const { dropped } = await read(`${text}\n`);
    expect(
      droppedGroups(dropped).map(({ kind, subject, rows }) => [
        kind,
        subject,
        rows.map(({ row, detail }) => `${row} ${detail}`),
      ]),
    ).toEqual([
      ["notPositive", "N", ["3 0", "4 -1"]],
      ["notNumber", "loss", ["1 x is empty"]],
      ["comma", "loss", ["2 3,4"]],
      ["notFinite", "loss", ["5 Infinity"]],
      ["tooFew", "", ["6 "]],
      ["empty", "loss", ["7 "]],
      ["overflow", "C = 6ND", ["8 "]],
      ["duplicate", "", ["10 9"]],
    ]);
  });

  it("of training curves are told by what became of the run", async () => {
    const curves = [
      CURVES(steps, "good"),
      ...Array.from({ length: 30 }, (_, i) => CURVES(steps, `good ${i}`)),
      CURVES([...steps, [5, 5e8, "nan"]], "x: loss is empty"),
      CURVES(
        steps.map(([step, d]) => [step, d, ""]),
        "none",
      ),
      CURVES(steps, "grows").replace("1e6", "9e6"),
    ];
    const { dropped, records } = await read(`run,N,D,loss,step\n${curves.join("\n")}\n`);
    expect(records).toHaveLength(31);
    expect(droppedGroups(dropped).map(({ kind, rows: [row] }) => [kind, row?.detail])).toEqual([
      ["diverged", "x: loss is empty"],
      ["noLoss", "none"],
      ["sizeChanges", "grows: 9.00"],
    ]);
    expect(droppedGroups([{ row: "1", reason: "of a new kind" }])).toMatchObject([
      { kind: "other", subject: "of a new kind" },
    ]);
  });
});
