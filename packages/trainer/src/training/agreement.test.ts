import { beforeEach, expect, test, vi } from "vitest";
import type { Session } from "../engine/session.js";
import type { Tensor, TensorMap } from "../engine/tensor.js";
import { agreementOf, requireAgreement, worstOf } from "./agreement.js";
import { tinySpec } from "./tinyRun.js";

/** What a device that is not the CPU makes of a tensor, and what was opened. */
let fault: (name: string, value: Float32Array) => void;
let opened: { readonly device: string; readonly operators: readonly string[] }[] = [];
vi.mock(import("../engine/session.js"), async (original) => {
  const { openSession, ...others } = await original();
  return {
    ...others,
    openSession: async (model, threads, device = "cpu"): Promise<Session> => {
      opened.push({ device, operators: model.nodes.map(({ op }) => op) });
      const session = await openSession(model, threads, "cpu");
      if (device === "cpu") return session;
      const run = async (inputs: TensorMap): Promise<TensorMap> => {
        const outputs = await session.run(inputs);
        for (const [name, { data }] of Object.entries<Tensor>(outputs)) fault(name, data as Float32Array);
        return outputs;
      };
      return { ...session, run };
    },
  };
});
beforeEach(() => {
  fault = () => {};
  opened = [];
});

const onWebGpu = (change: Parameters<typeof tinySpec>[1] = {}) =>
  tinySpec("", { runtime: { threads: 1, device: "webgpu", precision: "float32" }, ...change });

test("a device that computes what the CPU does but for rounding is taken, by graphs that have nothing fused", async () => {
  fault = (_, data) => {
    for (let i = 0; i < data.length; i++) data[i]! *= 1 + (i % 2 === 0 ? 1e-6 : -1e-6);
  };
  await requireAgreement(onWebGpu());
  const { difference } = await agreementOf(onWebGpu(), "webgpu");
  expect(difference).toBeGreaterThan(1e-7);
  expect(difference).toBeLessThan(1e-5);
  for (const { device, operators } of opened) expect(operators.includes("LayerNormalization")).toBe(device === "cpu");
});

test.each([
  ["leaves a gain out of a gradient", "gradient.vectors", (x: number) => 1.1 * x],
  ["rounds the losses of tokens to eight bits", "losses", (x: number) => Math.round(x * 32) / 32],
  ["gives what is no number", "loss", () => Number.NaN],
])("one that %s is refused as bad input, with the tensor", async (_, of, wrong) => {
  const spec = onWebGpu();
  await requireAgreement(spec);
  let met = 0;
  fault = (name, data) => {
    if (name !== of) return;
    met++;
    for (let i = 0; i < data.length; i++) data[i] = wrong(data[i]!);
  };
  await expect(requireAgreement(spec)).rejects.toMatchObject({
    code: "device-wrong",
    exitCode: 2,
    message: expect.stringMatching(new RegExp(`the device webgpu does not compute .*: ${of} differs by [\\d.NaN]+ `)),
    hint: expect.stringContaining("device cpu"),
  });
  expect(met).toBe(1);
});

test("the CPU is not compared with itself, and a deep model by two layers of its own shape", async () => {
  await requireAgreement(tinySpec(""));
  expect(opened).toEqual([]);
  const spec = onWebGpu();
  await requireAgreement({ ...spec, shape: { ...spec.shape, layers: 2 } });
  const two = opened.splice(0);
  await requireAgreement({ ...spec, shape: { ...spec.shape, layers: 30 } });
  expect(opened).toEqual(two);
});

test("attention over one position, whose gradient is zero, agrees", async () => {
  const spec = onWebGpu();
  await requireAgreement({ ...spec, shape: { ...spec.shape, context: 1 } });
});

test("what is no number is the worst, wherever it stands", () => {
  const [small, wrong, large] = [1e-7, Number.NaN, 1].map((difference) => ({ difference, of: `${difference}` }));
  expect(worstOf([small!, wrong!, large!])).toBe(wrong);
  expect(worstOf([wrong!, large!])).toBe(wrong);
  expect(worstOf([large!, small!])).toBe(large);
});
