// Matrix products. ONNX Runtime's FusedMatMul takes transposes and a factor without extra passes over memory, in float32
// only; in float64 (gradient checks) the same product is spelled out in standard operators.
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
  const { transposeA = false, transposeB = false, factor = 1 } = options;
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
  if (g.float === "float32") {
    const attributes = {
      alpha: { float: factor },
      transA: { int: Number(transposeA) },
      transB: { int: Number(transposeB) },
    };
    return emit(g, "FusedMatMul", [a, b], [{ type: g.float, shape }], attributes, "com.microsoft")[0]!;
  }
  const left = transposeA ? transpose(g, a, swapLastTwo(rank)) : a;
  const right = transposeB ? transpose(g, b, swapLastTwo(rank)) : b;
  const plain = emitOne(g, "MatMul", [left, right], shape);
  return factor === 1 ? plain : times(g, plain, scalar(g, factor));
}
