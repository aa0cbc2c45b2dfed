import type { RunSpec } from "../contract/runSpec.js";
import { graphMemory } from "../graph/liveness.js";
import { parameterGroups } from "../model/parameters.js";
import { fusesOn, gradientGraph } from "./graphs.js";
import { scoringBatch, scoringGraph } from "./scoringGraph.js";
import { gradientSets, openGraphs } from "./trainingStep.js";

/** Bytes that training takes, as computed before it begins. */
export interface TrainingMemory {
  readonly parameters: number;
  readonly moments: number;
  readonly gradients: number;
  /** Of one call of the graph: what lives at its fullest moment. A graph keeps it for its next call. */
  readonly activations: number;
  /** The same of the graph that validates. */
  readonly evaluation: number;
  /** Constants of the graphs, and the runtimes themselves: Node and ONNX Runtime. */
  readonly fixed: number;
  readonly total: number;
}

/** Resident memory of Node with ONNX Runtime loaded and a model of no size open, Linux x64, rounded up. */
const RUNTIMES = 110e6;

/**
 * A constant is there four times while its graph is opened: as it was made, in the model's bytes, as they are read, and as it is
 * kept. Of a long context's position bias, heads times its square, these are more than all else.
 */
const COPIES = 4;

/** What a run's process will hold at most, from the shapes of its graph. Measured by `npm run bench -- train`. */
export function trainingMemory(
  spec: Pick<RunSpec, "shape" | "parametrisation" | "batch" | "gradientNoise"> & {
    readonly runtime: Pick<RunSpec["runtime"], "device">;
  },
): TrainingMemory {
  const { shape, parametrisation, runtime } = spec;
  const elements = parameterGroups(shape, parametrisation).reduce((sum, { size }) => sum + size, 0);
  const fused = fusesOn(runtime.device);
  const graphs = openGraphs(spec).map((sequences) => graphMemory(gradientGraph(spec, sequences, "float32", fused)));
  const scoring = graphMemory(
    scoringGraph(spec, scoringBatch(shape, spec.batch.microSequences, Number.POSITIVE_INFINITY), { fused }),
  );
  const sum = (kind: "activations" | "constants") => graphs.reduce((bytes, graph) => bytes + graph[kind], 0);
  const parts = {
    parameters: 4 * elements,
    moments: 8 * elements,
    gradients: 4 * elements * gradientSets(spec),
    activations: sum("activations"),
    evaluation: scoring.activations,
    fixed: RUNTIMES + COPIES * (sum("constants") + scoring.constants),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
}
