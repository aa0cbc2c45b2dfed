import { expect, test } from "vitest";
import { changeFromPiece, newPiece, pieceAt } from "./huberPieces.js";
import { COLUMNS, ROW } from "./huberSums.js";
import { createRandom } from "./random.js";

const DELTA = 0.5;

function rowsOf(seed: number, count: number) {
  const random = createRandom(seed);
  const cells = Float64Array.from({ length: count * ROW }, () => random.normal());
  for (let o = 0; o < cells.length; o += ROW) cells[o + 6] = 1 + random.integer(3);
  return { count, cells, piece: newPiece(count) };
}

/** Value, gradient and Hessian by the definition, row by row. */
function directly({ count, cells }: ReturnType<typeof rowsOf>, p: Float64Array) {
  let value = 0;
  const gradient = new Float64Array(COLUMNS);
  const hessian = new Float64Array(COLUMNS * COLUMNS);
  for (let i = 0; i < count; i++) {
    const c = cells.slice(i * ROW + 1, i * ROW + 1 + COLUMNS);
    const w = cells[i * ROW + 6]!;
    const t = c.reduce((sum, v, k) => sum + v * p[k]!, cells[i * ROW]!);
    const inside = Math.abs(t) <= DELTA;
    value += w * (inside ? t ** 2 / 2 : DELTA * (Math.abs(t) - DELTA / 2));
    for (let r = 0; r < COLUMNS; r++) {
      gradient[r]! += w * (inside ? t : DELTA * Math.sign(t)) * c[r]!;
      for (let s = 0; s <= r; s++) hessian[r * COLUMNS + s]! += inside ? w * c[r]! * c[s]! : 0;
    }
  }
  return { value, gradient, hessian };
}

test.each([1e-3, 0.03, 0.2])("a piece with the rows that crossed is the sum itself, after steps of %s", (size) => {
  const random = createRandom(1);
  const [gradient, hessian] = [new Float64Array(COLUMNS), new Float64Array(COLUMNS * COLUMNS)];
  let crossed = 0;
  for (let seed = 0; seed < 20; seed++) {
    const rows = rowsOf(seed, 80);
    const from = Float64Array.from({ length: COLUMNS }, () => random.normal());
    pieceAt(rows, DELTA, from);
    const to = from.map((v) => v + size * random.normal());
    const change = changeFromPiece(rows, to, gradient, hessian);
    const [start, end] = [directly(rows, from), directly(rows, to)];
    expect(rows.piece.value).toBeCloseTo(start.value, 10);
    expect(change).toBeCloseTo(end.value - start.value, 10);
    for (let k = 0; k < COLUMNS; k++) expect(gradient[k]).toBeCloseTo(end.gradient[k]!, 10);
    for (let k = 0; k < COLUMNS * COLUMNS; k++) expect(hessian[k]).toBeCloseTo(end.hessian[k]!, 10);
    if (hessian.some((v, k) => v !== rows.piece.hessian[k])) crossed++;
  }
  if (size > 0.01) expect(crossed).toBeGreaterThan(10);
});

test("where most rows have crossed, or one has come far, a new piece is asked for", () => {
  const rows = rowsOf(3, 80);
  const [gradient, hessian] = [new Float64Array(COLUMNS), new Float64Array(COLUMNS * COLUMNS)];
  pieceAt(rows, DELTA, new Float64Array(COLUMNS));
  expect(changeFromPiece(rows, new Float64Array(COLUMNS).fill(3), gradient, hessian)).toBeNaN();
  expect(changeFromPiece(rows, new Float64Array(COLUMNS).fill(1e4), gradient, hessian)).toBeNaN();
});
