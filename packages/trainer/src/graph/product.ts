// Matrix products. ONNX Runtime's FusedMatMul takes transposes and a factor without extra passes over memory; where nothing
// is fused the same product is spelled out in standard operators.
import { times, transpose } from "./arithmetic.js";
import { emit, emitOne, type Graph, scalar, type Value } from "./graph.js";

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly factor?: number;
}

const swapLastTwo = (rank: number) => Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));

/** factor * op(a) op(b) over the last two axes; a and b share all leading (batch) axes. */
export function product(g: Graph, a: Value, b: Value, options: ProductOptions = {}): Value {
  const { transposeA = false, transposeB = false } = options;
  const [left, right] = [g.multiples.get(a.name), g.multiples.get(b.name)];
  if (left || right) {
    const factor = (options.factor ?? 1) * (left?.factor ?? 1) * (right?.factor ?? 1);
    return product(g, left?.of ?? a, right?.of ?? b, { ...options, factor });
  }
  const factor = options.factor ?? 1;
  const rank = a.shape.length;
  const rows = a.shape[rank - (transposeA ? 1 : 2)]!;
  const inner = a.shape[rank - (transposeA ? 2 : 1)]!;
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
  if (inner !== b.shape[b.shape.length - (transposeB ? 1 : 2)])
    throw new Error(`product: inner sizes of [${a.shape}] and [${b.shape}] differ`);
  const shape = [...a.shape.slice(0, -2), rows, columns];
  if (!transposeA && !transposeB && factor === 1) return emitOne(g, "MatMul", [a, b], shape);
  if (rank === 2) {
    return emitOne(g, "Gemm", [a, b], shape, {
      alpha: { float: factor },
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
    });
  }
  if (g.fused) {
    return fused(g, a, b, shape, {
      alpha: { float: factor },
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
    });
  }
  const plainA = transposeA ? transpose(g, a, swapLastTwo(rank)) : a;
  const plainB = transposeB ? transpose(g, b, swapLastTwo(rank)) : b;
  const plain = emitOne(g, "MatMul", [plainA, plainB], shape);
  return factor === 1 ? plain : times(g, plain, scalar(g, factor));
}

/** One of three factors of attention's products: [rows, batch, columns], read where it lies, or [batch, rows, columns]. */
export interface BatchFactor {
  readonly value: Value;
  /** The batch is the middle axis. */
  readonly inside: boolean;
}

/** factor * op(a) op(b) for every element of a batch: [batch, rows, columns]. */
export function batchProduct(g: Graph, a: BatchFactor, b: BatchFactor, options: ProductOptions = {}): Value {
  const { transposeA = false, transposeB = false, factor = 1 } = options;
  const outward = ({ value, inside }: BatchFactor) => (inside ? transpose(g, value, [1, 0, 2]) : value);
  if (!g.fused) return product(g, outward(a), outward(b), options);
  const size = ({ value, inside }: BatchFactor, transposed: boolean) => {
    const [first, middle, last] = value.shape as [number, number, number];
    const [batch, rows] = inside ? [middle, first] : [first, middle];
    return transposed ? { batch, rows: last, columns: rows } : { batch, rows, columns: last };
  };
  const [left, right] = [size(a, transposeA), size(b, transposeB)];
  if (left.columns !== right.rows || left.batch !== right.batch)
    throw new Error(`batchProduct: [${a.value.shape}] and [${b.value.shape}] do not fit`);
  return fused(g, a.value, b.value, [left.batch, left.rows, right.columns], {
    alpha: { float: factor },
    transA: { int: Number(transposeA) },
    transB: { int: Number(transposeB) },
    transBatchA: { int: Number(a.inside) },
    transBatchB: { int: Number(b.inside) },
  });
}

function fused(
  g: Graph,
  a: Value,
  b: Value,
  shape: readonly number[],
  attributes: Readonly<Record<string, { readonly float: number } | { readonly int: number }>>,
): Value {
  return emit(g, "FusedMatMul", [a, b], [{ type: g.float, shape }], attributes, "com.microsoft")[0]!;
}
