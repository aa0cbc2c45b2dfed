import { describe, expect, it } from "vitest";
import { isIsoflopError } from "../error.js";
import { parseColumns } from "./columns.js";
import { toObservations } from "./toObservations.js";

const caught = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (isIsoflopError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** A run's losses fall as a power of its tokens; the curve is sampled at every step. */
const curve = (run: string, params: number, steps: number) =>
  Array.from({ length: steps }, (_, i) => ({
    run,
    params,
    step: i + 1,
    tokens: (i + 1) * 1e6,
    train_loss: 2 + 30 / ((i + 1) * 1e6) ** 0.2,
    val_loss: (i + 1) % 10 === 0 ? 2.01 + 30 / ((i + 1) * 1e6) ** 0.2 : null,
  }));

describe("toObservations", () => {
  it("makes records of rows as any source has them", () => {
    const made = toObservations([
      { params: 1e6, tokens: 2e7, val_loss: 3.5, seed: 1 },
      { params: "70M", tokens: "1.4B", val_loss: "2.5", seed: "2" },
      { params: 10n ** 9n, tokens: "2,000,000,000", val_loss: 2.1 },
    ]);
    expect(made.records.map(({ parameters, tokens, loss, seed }) => [parameters, tokens, loss, seed])).toEqual([
      [1e6, 2e7, 3.5, 1],
      [7e7, 1.4e9, 2.5, 2],
      [1e9, 2e9, 2.1, undefined],
    ]);
    expect(made).toMatchObject({
      dropped: [],
      derived: "C = 6ND",
      convention: { parameters: "given", flops: "6N" },
      columns: "N = params, D = tokens, loss = val_loss, seed = seed",
      notices: [],
    });
    expect(made.records[0]?.flops).toBe(6 * 1e6 * 2e7);
  });

  it("lets a cell's own unit stand in a column of another", () => {
    const { records } = toObservations([
      { "Model Size (M)": 70, "Tokens (B)": 1.4, loss: 3 },
      { "Model Size (M)": "160M", "Tokens (B)": "3.2B", loss: 2.9 },
      { "Model Size (M)": "1.4B", "Tokens (B)": "0.03T", loss: 2.5 },
    ]);
    expect(records.map(({ parameters, tokens }) => [parameters, tokens])).toEqual([
      [7e7, 1.4e9],
      [1.6e8, 3.2e9],
      [1.4e9, 3e10],
    ]);
  });

  it("gives faults by row, and an error with all of them where nothing is left", () => {
    const rows = [
      { N: 1e6, D: 2e7, loss: 3 },
      { N: 1e6, D: 2e7, loss: 3 },
      { N: -1, D: 2e7, loss: 3 },
      { N: 1e6, D: 2e7, loss: "3,1" },
      { N: [1e6], D: 2e7, loss: 3 },
    ];
    const { records, dropped } = toObservations(rows);
    expect(records).toHaveLength(1);
    expect(dropped.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    expect(dropped[2]?.reason).toMatch(/decimal comma/);
    const error = caught(() => toObservations(rows.slice(2)));
    expect(error).toMatchObject({ code: "no-observations", exitCode: 2 });
    expect(error.rows).toEqual(dropped.slice(1).map(({ row, reason }) => ({ row: row - 2, reason })));
    expect(caught(() => toObservations([]))).toMatchObject({
      code: "no-observations",
      message: expect.stringMatching(/has no rows/),
    });
    expect(caught(() => toObservations([{ a: 1 }], { source: "runs" })).message).toMatch(/^runs: found no column/);
  });

  it("takes columns as it is told, with a factor or a logarithm", () => {
    const rows = [{ size: 0.07, seen: 1.4, ppl_c4: 20, params: 3, d: 1 }];
    const { records, columns } = toObservations(rows, { columns: "N=size*1e9,D=seen * 1e9,loss=ln(ppl_c4)" });
    expect(records[0]).toMatchObject({ parameters: 0.07 * 1e9, tokens: 1.4 * 1e9, loss: Math.log(20) });
    expect(columns).toBe("N = size * 1e9, D = seen * 1e9, loss = ln(ppl_c4)");
    const odd = toObservations([{ "a*2": 5e6, D: 1e8, loss: 3 }], { columns: { parameters: "a*2" } });
    expect(odd.records[0]?.parameters).toBe(5e6);
    expect(caught(() => toObservations(rows, { columns: "N=siez*1e9" })).hint).toMatch(/^Did you mean size\?/);
    expect(() => parseColumns("N=a,run=b,trainloss=c")).not.toThrow();
  });

  it("takes a run's last loss for its observation and its rows for its curve", () => {
    const rows = [...curve("a", 1e6, 50), ...curve("b", 3e6, 25)];
    const made = toObservations(rows);
    expect(made.records.map(({ id, parameters, tokens, loss }) => ({ id, parameters, tokens, loss }))).toEqual([
      { id: "a", parameters: 1e6, tokens: 5e7, loss: rows[49]!.val_loss },
      { id: "b", parameters: 3e6, tokens: 2e7, loss: rows[50 + 19]!.val_loss },
    ]);
    // The curve is of the training loss, and goes on where no validation followed.
    const [a, b] = made.records;
    expect(a?.curve).toHaveLength(50);
    expect(b?.curve?.at(-1)).toEqual({
      tokens: expect.closeTo(2.5e7, 3),
      flops: expect.closeTo(6 * 3e6 * 2.5e7, -6),
      loss: rows.at(-1)!.train_loss,
    });
    expect(made.notices[0]).toMatch(/75 rows of 2 runs \(by run, along tokens\)/);
    expect(made.notices[1]).toMatch(/^68 rows of the curves have no usable val_loss/);
    expect(made.dropped).toEqual([]);
  });

  it("takes the rows in any order, and of two at one place the later", () => {
    const rows = curve("a", 1e6, 30).concat(curve("b", 1e6, 30));
    const restarted = [...rows, { ...rows[29]!, val_loss: 2.5 }];
    const made = toObservations([...restarted].reverse());
    expect(made.records.map(({ id, loss }) => [id, loss])).toEqual([
      ["a", rows[29]!.val_loss],
      ["b", rows[59]!.val_loss],
    ]);
    expect(toObservations(restarted).records[0]).toMatchObject({ id: "a", loss: 2.5 });
  });

  it("averages long curves to some hundred points, which follow the curve", () => {
    const made = toObservations(curve("a", 1e6, 20_000));
    const points = made.records[0]!.curve!;
    expect(points.length).toBeGreaterThan(200);
    expect(points.length).toBeLessThanOrEqual(400);
    for (const { tokens, loss } of points) expect(loss).toBeCloseTo(2 + 30 / tokens ** 0.2, 4);
    expect(points.every(({ tokens }, i) => i === 0 || tokens > points[i - 1]!.tokens)).toBe(true);
    expect(points.at(-1)!.tokens / 2e10).toBeGreaterThan(0.98);
  });

  it("keeps every row as a checkpoint of its run on demand", () => {
    const made = toObservations([...curve("a", 1e6, 50), ...curve("b", 3e6, 20)], { checkpoints: true });
    expect(made.records).toHaveLength(7);
    expect(made.records.map(({ run }) => run)).toEqual(["a", "a", "a", "a", "a", "b", "b"]);
    expect(new Set(made.records.map(({ id }) => id)).size).toBe(7);
    expect(made.notices.join()).toMatch(/63 of 70 rows have no val_loss/);
  });

  it("drops a run that diverged or changed its size, and says so", () => {
    const good = ["b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].flatMap((name) => curve(name, 1e6, 20));
    const diverged = curve("bad", 1e6, 20).map((row) => (row.step > 12 ? { ...row, val_loss: Number.NaN } : row));
    const gaps = curve("gaps", 2e6, 20).map((row) => ({ ...row, val_loss: row.val_loss ?? Number.NaN }));
    const grown = curve("grown", 1e6, 20).map((row) => (row.step > 12 ? { ...row, params: 2e6 } : row));
    const { records, dropped } = toObservations([...good, ...diverged, ...gaps, ...grown]);
    expect(records.map(({ id }) => id)).toContain("gaps");
    expect(dropped.map(({ reason }) => reason)).toEqual([
      "run bad: its loss ends as NaN or infinite (diverged)",
      "run grown: its N changes on the way, by a factor of 2.00",
    ]);
  });

  it("orders by steps where tokens are those of the whole run, and fills in what the last row lacks", () => {
    const rows = curve("a", 1e6, 40).map(({ tokens, ...row }) => ({ ...row, tokens: row.step === 40 ? null : 4e7 }));
    const made = toObservations(rows);
    expect(made.records[0]).toMatchObject({ tokens: 4e7, parameters: 1e6 });
    expect(made.records[0]?.curve?.[9]?.tokens).toBeCloseTo(1e7, 3);
    expect(made.notices.join()).toMatch(/in proportion to step/);
  });

  it("takes no table of runs for curves, though names repeat", () => {
    const sizes = [1e6, 2e6, 3e6].map((N) => ({ run: "sweep", N, D: N * 20, loss: 3 + 1e5 / N }));
    const made = toObservations(sizes);
    expect(made.records).toHaveLength(3);
    expect(made.notices.join()).toMatch(/N changes among the rows of one name/);
    const seeds = [3.1, 3.2].map((loss, seed) => ({ run: "x", N: 1e6, D: 2e7, seed, loss }));
    expect(toObservations(seeds).records).toHaveLength(2);
    const kinds = [1e7, 2e7, 4e7].map((D) => ({ model: "small", N: 1e6, D, loss: 3 + 1e6 / D }));
    const byModel = toObservations(kinds);
    expect(byModel.records).toHaveLength(3);
    expect(byModel.notices.join()).toMatch(/--columns run=model/);
    expect(toObservations(kinds, { columns: "run=model" }).records).toHaveLength(1);
    expect(toObservations(kinds.map((row, i) => ({ ...row, step: i }))).records).toHaveLength(1);
  });

  it("points at values that look like another unit, and converts none", () => {
    const rows = [0.07, 0.4, 1.4].map((params) => ({ params, tokens: params * 20e9, val_loss: 40 / params ** 0.1 }));
    const made = toObservations(rows);
    expect(made.records[0]?.parameters).toBe(0.07);
    expect(made.notices.join("\n")).toMatch(/N \(params\) lies between 0.07 and 1.4.*--columns "N=params\*1e9"/);
    expect(made.notices.join("\n")).toMatch(/a perplexity\? Then --columns "loss=ln\(val_loss\)"/);
    const off = [1, 2].map((i) => ({ N: i * 1e9, D: 2e10, C: i * 120, loss: 3 / i }));
    expect(toObservations(off).notices.join()).toMatch(/C\/\(6ND\) is about 1e-18/);
    const mixed = [1, 1.3, 0.8].map((f, i) => ({ N: 1e9 + i, D: 2e10, C: f * 1.2e20, loss: 3 - f }));
    expect(toObservations(mixed).notices.join()).toMatch(/C\/\(6ND\) lies between/);
    const sound = [1, 2].map((i) => ({ N: i * 1e9, D: 2e10, C: i * 1.2e20, loss: 3 / i }));
    expect(toObservations(sound).notices).toEqual([]);
  });
});
