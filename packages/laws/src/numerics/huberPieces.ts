import { COLUMNS, copy, type LinearResiduals, ROW } from "./huberSums.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const CELLS = ROW;

/**
 * The sum of w_i Huber_delta(t_i) as the quadratic that it is around a point p, as long as no residual crosses delta: each
 * lies within it (side 0: w t^2 / 2) or beyond it (side -1 or 1: w delta (|t| - delta / 2)). A row's side is in its last cell.
 */
export interface Piece {
  /** NaN: none has been made yet. */
  delta: number;
  readonly p: Float64Array;
  value: number;
  readonly gradient: Float64Array;
  /** 5 x 5, the lower triangle. */
  readonly hessian: Float64Array;
  /** Scratch: where some rows begin, and t of them. */
  readonly some: Int32Array;
  readonly t: Float64Array;
}

/** Residuals with the piece that was last made of them. */
export interface PiecedResiduals extends LinearResiduals {
  readonly piece: Piece;
}

export function newPiece(capacity: number): Piece {
  return {
    delta: Number.NaN,
    p: new Float64Array(SIZE),
    value: 0,
    gradient: new Float64Array(SIZE),
    hessian: new Float64Array(SIZE * SIZE),
    some: new Int32Array(capacity),
    t: new Float64Array(capacity),
  };
}

// In scalars and plain loops: here the bootstrap spends its time. Cells of a row: t at p = 0, five columns, weight, side.

/** Makes the piece around p, by one pass over all rows. */
export function pieceAt({ cells, count, piece }: PiecedResiduals, delta: number, p: Float64Array): void {
  const { some, gradient, hessian } = piece;
  const p0 = p[0]!;
  const p1 = p[1]!;
  const p2 = p[2]!;
  const p3 = p[3]!;
  const p4 = p[4]!;
  let value = 0;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let g3 = 0;
  let g4 = 0;
  let members = 0;
  const end = count * CELLS;
  for (let o = 0; o < end; o += CELLS) {
    const a = cells[o + 1]!;
    const b = cells[o + 2]!;
    const c = cells[o + 3]!;
    const d = cells[o + 4]!;
    const e = cells[o + 5]!;
    const w = cells[o + 6]!;
    const t = cells[o]! + a * p0 + b * p1 + c * p2 + d * p3 + e * p4;
    const size = Math.abs(t);
    let pull = w * t;
    if (size <= delta) {
      value += 0.5 * pull * t;
      cells[o + 7] = 0;
      some[members++] = o;
    } else {
      // The sign by division: a branch on it would be guessed wrong every other time.
      const sign = t / size;
      pull = w * delta * sign;
      value += w * delta * (size - 0.5 * delta);
      cells[o + 7] = sign;
    }
    g0 += pull * a;
    g1 += pull * b;
    g2 += pull * c;
    g3 += pull * d;
    g4 += pull * e;
  }
  gradient[0] = g0;
  gradient[1] = g1;
  gradient[2] = g2;
  gradient[3] = g3;
  gradient[4] = g4;
  for (let k = 0; k < SIZE * SIZE; k++) hessian[k] = 0;
  for (let k = 0; k < members; k++) addOuter(cells, some[k]!, 1, hessian);
  piece.delta = delta;
  copy(p, piece.p);
  piece.value = value;
}

/** hessian += factor w c c' of the row that begins at o, the lower triangle. */
function addOuter(cells: Float64Array, o: number, factor: number, hessian: Float64Array): void {
  const a = cells[o + 1]!;
  const b = cells[o + 2]!;
  const c = cells[o + 3]!;
  const d = cells[o + 4]!;
  const e = cells[o + 5]!;
  const w = factor * cells[o + 6]!;
  const wa = w * a;
  const wb = w * b;
  const wc = w * c;
  const wd = w * d;
  hessian[0]! += wa * a;
  hessian[5]! += wa * b;
  hessian[6]! += wb * b;
  hessian[10]! += wa * c;
  hessian[11]! += wb * c;
  hessian[12]! += wc * c;
  hessian[15]! += wa * d;
  hessian[16]! += wb * d;
  hessian[17]! += wc * d;
  hessian[18]! += wd * d;
  hessian[20]! += wa * e;
  hessian[21]! += wb * e;
  hessian[22]! += wc * e;
  hessian[23]! += wd * e;
  hessian[24]! += w * e * e;
}

/** A step may take so many rows across delta, and this share of all, before the piece is made anew around its end. */
const FEW = 8;
const SHARE = 0.25;
/** And a row from within delta so many times as far: its square would cancel against a square. */
const FAR = 100;

/**
 * Value, gradient and Hessian (lower triangle) at p from the piece nearby: its quadratic, corrected for the rows that lie on
 * another side of delta at p. Most rows cost no more than their t. Returns the value less the piece's own; NaN, with
 * nothing filled, where too many rows have crossed for that to be quick and exact.
 */
export function changeFromPiece(
  { cells, count, piece }: PiecedResiduals,
  p: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
): number {
  const { delta, some, t: crossed } = piece;
  const p0 = p[0]!;
  const p1 = p[1]!;
  const p2 = p[2]!;
  const p3 = p[3]!;
  const p4 = p[4]!;
  let members = 0;
  if (delta < Number.POSITIVE_INFINITY) {
    const end = count * CELLS;
    for (let o = 0; o < end; o += CELLS) {
      const t =
        cells[o]! +
        cells[o + 1]! * p0 +
        cells[o + 2]! * p1 +
        cells[o + 3]! * p2 +
        cells[o + 4]! * p3 +
        cells[o + 5]! * p4;
      const side = cells[o + 7]!;
      if (side === 0 ? Math.abs(t) <= delta : side * t > delta) continue;
      if (side === 0 && Math.abs(t) > FAR * delta) return Number.NaN;
      crossed[members] = t;
      some[members++] = o;
    }
    if (members > FEW + SHARE * count) return Number.NaN;
  }
  let change = 0;
  copy(piece.hessian, hessian);
  for (let r = 0; r < SIZE; r++) {
    let bend = 0;
    for (let s = 0; s < SIZE; s++) {
      bend += hessian[r >= s ? r * SIZE + s : s * SIZE + r]! * (p[s]! - piece.p[s]!);
    }
    gradient[r] = piece.gradient[r]! + bend;
    change += (p[r]! - piece.p[r]!) * (piece.gradient[r]! + 0.5 * bend);
  }
  for (let k = 0; k < members; k++) {
    const o = some[k]!;
    const t = crossed[k]!;
    const w = cells[o + 6]!;
    const side = cells[o + 7]!;
    const size = Math.abs(t);
    const within = size <= delta;
    const was = side === 0 ? 0.5 * t * t : delta * (side * t - 0.5 * delta);
    change += w * ((within ? 0.5 * t * t : delta * (size - 0.5 * delta)) - was);
    const pull = w * ((within ? t : (delta * t) / size) - (side === 0 ? t : delta * side));
    gradient[0]! += pull * cells[o + 1]!;
    gradient[1]! += pull * cells[o + 2]!;
    gradient[2]! += pull * cells[o + 3]!;
    gradient[3]! += pull * cells[o + 4]!;
    gradient[4]! += pull * cells[o + 5]!;
    const more = (within ? 1 : 0) - (side === 0 ? 1 : 0);
    if (more !== 0) addOuter(cells, o, more, hessian);
  }
  return change;
}
