import { IsoflopError } from "../error.js";

/** One accelerator chip and its dense half-precision peak. */
export interface Accelerator {
  readonly name: string;
  /** Dense (no sparsity) peak, FLOP/s, in the precision named. */
  readonly peakFlopsPerSecond: number;
  readonly precision: "bf16" | "fp16";
  /** Memory of one chip, bytes. */
  readonly memoryBytes: number;
  readonly source: string;
}

const gb = 1e9;
const gib = 2 ** 30;

/** Peaks and memory as the vendors print them; where they print the peak with sparsity, it is halved. */
export const accelerators: readonly Accelerator[] = [
  {
    name: "V100",
    peakFlopsPerSecond: 125e12,
    precision: "fp16",
    memoryBytes: 32 * gb,
    source: "NVIDIA V100 data sheet (SXM2, tensor cores; no bf16), nvidia.com/en-us/data-center/v100",
  },
  {
    name: "A100",
    peakFlopsPerSecond: 312e12,
    precision: "bf16",
    memoryBytes: 80 * gb,
    source: "NVIDIA A100 data sheet (SXM, 80 GB), nvidia.com/en-us/data-center/a100",
  },
  {
    name: "H100",
    peakFlopsPerSecond: 989.5e12,
    precision: "bf16",
    memoryBytes: 80 * gb,
    source: "NVIDIA H100 data sheet (SXM; 1,979 with sparsity), nvidia.com/en-us/data-center/h100",
  },
  {
    name: "H100-PCIe",
    peakFlopsPerSecond: 756.5e12,
    precision: "bf16",
    memoryBytes: 80 * gb,
    source: "NVIDIA H100 data sheet (PCIe; 1,513 with sparsity), nvidia.com/en-us/data-center/h100",
  },
  {
    name: "H200",
    peakFlopsPerSecond: 989.5e12,
    precision: "bf16",
    memoryBytes: 141 * gb,
    source: "NVIDIA H200 data sheet (SXM; 1,979 with sparsity), nvidia.com/en-us/data-center/h200",
  },
  {
    name: "B200",
    peakFlopsPerSecond: 2250e12,
    precision: "bf16",
    memoryBytes: 180 * gb,
    source:
      "NVIDIA DGX B200 data sheet (8 GPUs, 1,440 GB, 72 PFLOP/s of FP8: in bf16 4,500 a GPU with sparsity), nvidia.com/en-us/data-center/dgx-b200",
  },
  {
    name: "MI250X",
    peakFlopsPerSecond: 383e12,
    precision: "bf16",
    memoryBytes: 128 * gb,
    source:
      "AMD Instinct MI250X data sheet (one module of two dies), amd.com/en/products/accelerators/instinct/mi200/mi250x.html",
  },
  {
    name: "MI300X",
    peakFlopsPerSecond: 1307.4e12,
    precision: "bf16",
    memoryBytes: 192 * gb,
    source:
      "AMD ROCm documentation, MI300 (304 units of 2,048 FLOPs a cycle at 2.1 GHz), rocm.docs.amd.com/en/latest/conceptual/gpu-arch/mi300.html",
  },
  {
    name: "TPUv3",
    peakFlopsPerSecond: 123e12,
    precision: "bf16",
    memoryBytes: 32 * gib,
    source: "Google Cloud documentation, cloud.google.com/tpu/docs/v3",
  },
  {
    name: "TPUv4",
    peakFlopsPerSecond: 275e12,
    precision: "bf16",
    memoryBytes: 32 * gib,
    source: "Google Cloud documentation, cloud.google.com/tpu/docs/v4",
  },
  {
    name: "TPUv5e",
    peakFlopsPerSecond: 197e12,
    precision: "bf16",
    memoryBytes: 16 * gb,
    source: "Google Cloud documentation, cloud.google.com/tpu/docs/v5e",
  },
  {
    name: "TPUv5p",
    peakFlopsPerSecond: 459e12,
    precision: "bf16",
    memoryBytes: 95 * gb,
    source: "Google Cloud documentation, cloud.google.com/tpu/docs/v5p",
  },
  {
    name: "TPUv6e",
    peakFlopsPerSecond: 918e12,
    precision: "bf16",
    memoryBytes: 32 * gb,
    source: "Google Cloud documentation, cloud.google.com/tpu/docs/v6e",
  },
];

/** A number of equal accelerators. */
export interface Cluster {
  readonly count: number;
  readonly accelerator: Accelerator;
}

/**
 * Share of the peak that a training run usually attains: the default of clusterFlops. PaLM 540B 0.462, Gopher 0.325,
 * Megatron-Turing NLG 0.302, GPT-3 0.213 (Chowdhery et al. 2022, Table 3); Llama 3 405B 0.38 to 0.43 (Grattafiori et al.
 * 2024, Table 4).
 */
export const DEFAULT_MFU = 0.4;

/**
 * Reads "64xH100", "8 x A100", "H100", "256x TPU v5p".
 * @throws IsoflopError "bad-cluster", "unknown-accelerator"
 */
export function parseCluster(text: string): Cluster {
  const match = /^(?:(\d[\d_,]*)\s*[x×*]\s*)?([A-Za-z].*)$/.exec(text.trim());
  const count = Number((match?.[1] ?? "1").replaceAll(/[_,]/g, ""));
  if (!match || !(count >= 1)) {
    throw new IsoflopError({
      code: "bad-cluster",
      message: `"${text}" is not a number of accelerators.`,
      hint: "Write for example 64xH100.",
    });
  }
  const key = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const accelerator = accelerators.find((candidate) => key(candidate.name) === key(match[2]!));
  if (!accelerator) {
    throw new IsoflopError({
      code: "unknown-accelerator",
      message: `The accelerator "${match[2]}" in "${text}" is not in the table.`,
      hint: `Known: ${accelerators.map((a) => a.name).join(", ")}. Or give the compute itself, --flops.`,
    });
  }
  return { count, accelerator };
}

/**
 * Training FLOPs of a cluster over some days at a model-FLOPs utilisation (Chowdhery et al. 2022, appendix B).
 * @throws IsoflopError "bad-mfu", "bad-days"
 */
export function clusterFlops(cluster: Cluster, days: number, mfu: number = DEFAULT_MFU): number {
  if (!(mfu > 0 && mfu <= 1)) {
    throw new IsoflopError({
      code: "bad-mfu",
      message: `MFU must lie between 0 and 1, not ${mfu}.`,
      hint: "Large runs attain 0.3 to 0.5.",
    });
  }
  if (!(days > 0 && Number.isFinite(days))) {
    throw new IsoflopError({
      code: "bad-days",
      message: `Days must be positive, not ${days}.`,
      hint: "Write for example --days 14.",
    });
  }
  return cluster.count * cluster.accelerator.peakFlopsPerSecond * mfu * days * 86_400;
}
