import { IsoflopError } from "@isoflop/laws/error";
import type { RunSpec } from "../contract/runSpec.js";
import { openSession } from "../engine/session.js";
import { type TensorMap, tensor } from "../engine/tensor.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import type { Model } from "../onnx/model.js";
import { fillNormal } from "../random/normal.js";
import { fusesOn, gradientModel, type ModelDescription } from "./graphs.js";
import { scoringModel } from "./scoringGraph.js";
import { segmentTensors } from "./state.js";

type Device = RunSpec["runtime"]["device"];

/** Where a device's loss, losses a token and gradients are farthest from the CPU's, each relative to its Euclidean norm. */
export interface Agreement {
  readonly difference: number;
  /** The tensor's name. */
  readonly of: string;
}

/**
 * Differences between devices that are rounding stay far below: another order of sums gives 1e-6, factors of 10 bits 1e-3. A
 * gradient that is wrong is off by its own size.
 */
const TOLERANCE = 1e-3;

/** Whether a device computes what the CPU does, but for rounding. */
export const agrees = ({ difference }: Agreement): boolean => difference <= TOLERANCE;

/** Compares a device with the CPU on one sequence of random tokens, by the graphs that training and evaluation have there. */
export async function agreementOf(description: ModelDescription, device: Device, threads = 1): Promise<Agreement> {
  const { shape, parametrisation } = description;
  const groups = parameterGroups(shape, parametrisation);
  const flat = initialParameters(groups, SEED);
  // Gains of one and biases of zero would hide a gradient that leaves them out.
  flat.forEach((elements, stream) => {
    const moved = new Float32Array(elements.length);
    fillNormal(moved, 0.1, SEED + 1, stream);
    for (let i = 0; i < elements.length; i++) elements[i]! += moved[i]!;
  });
  const length = shape.context + 1;
  const tokens = Int32Array.from({ length }, (_, i) => (i * 7919 + ((i * i) % 13)) % shape.vocabulary);
  const inputs = {
    ...segmentTensors("parameters", groups, flat),
    tokens: tensor("int32", tokens, [1, length]),
  };
  const on = async (one: Device) => {
    const fused = fusesOn(one);
    return {
      ...(await outputsOf(gradientModel(description, 1, "float32", fused), one, threads, inputs)),
      ...(await outputsOf(scoringModel(description, 1, { fused }), one, threads, inputs)),
    };
  };
  const [exact, found] = [await on("cpu"), await on(device)];
  const differences = Object.entries(exact).map(([of, { data }]) => ({
    of,
    difference: relativeDifference(data as Float32Array, found[of]!.data as Float32Array),
  }));
  return worstOf(differences);
}

const SEED = 1;

/** The largest; what is no number is larger than any. */
export const worstOf = (all: readonly Agreement[]): Agreement =>
  all.reduce((worst, one) => (Number.isNaN(worst.difference) || one.difference <= worst.difference ? worst : one));

async function outputsOf(model: Model, device: Device, threads: number, inputs: TensorMap): Promise<TensorMap> {
  const session = await openSession(model, threads, device);
  try {
    return await session.run(inputs);
  } finally {
    await session.release();
  }
}

/** NaN where either has one. A gradient of zero, such as attention's over one position, has no size. */
function relativeDifference(exact: Float32Array, found: Float32Array): number {
  let [apart, whole] = [0, 0];
  exact.forEach((x, i) => {
    apart += (x - found[i]!) ** 2;
    whole += x ** 2;
  });
  return apart === 0 ? 0 : Math.sqrt(apart / whole);
}

/** Layers that show what any number of them does. */
const LAYERS = 2;

/**
 * Refuses a device that computes a model's gradients otherwise than the CPU does: ONNX Runtime's providers lack some of what
 * operators are to do, and say nothing. Tried on two layers of the run's own shape. Errors: device-wrong.
 */
export async function requireAgreement({ shape, parametrisation, runtime }: RunSpec): Promise<void> {
  const { device, threads } = runtime;
  if (device === "cpu") return;
  const twin = { shape: { ...shape, layers: Math.min(shape.layers, LAYERS) }, parametrisation };
  const agreement = await agreementOf(twin, device, threads);
  if (agrees(agreement)) return;
  throw new IsoflopError({
    code: "device-wrong",
    message: `the device ${device} does not compute this model as the processor does: ${agreement.of} differs by ${agreement.difference.toPrecision(2)} of its size, where rounding allows ${TOLERANCE}`,
    hint: "take device cpu, or the PyTorch trainer; please report this with what `isoflop doctor` says",
  });
}
