import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { DEVICES, type Device, type DeviceSupport, deviceSupport, remedyFor } from "../devices/device.js";
import { type Agreement, agreementOf, agrees, worstOf } from "../training/agreement.js";
import { type MatmulSpeed, measureMatmul } from "./matmulSpeed.js";

/** A device: what it does, or why it cannot. */
export type DeviceReport = DeviceSupport & {
  readonly measured: readonly Omit<MatmulSpeed, "device">[];
  readonly agreement?: DeviceAgreement;
};

/** How far what a device makes of small models is from what the CPU does, at the most. */
export interface DeviceAgreement {
  readonly agrees: boolean;
  /** The tensor that is farthest. */
  readonly of: string;
  /** Relative to its size; none where it holds what is no number. */
  readonly difference?: number;
}

/** Tries one device in this process. The CPU is measured with one thread and with all. */
export async function examineDevice(device: Device): Promise<DeviceReport> {
  const support = await deviceSupport(device);
  if (!support.available) return { ...support, measured: [] };
  const all = availableParallelism();
  const threads = device === "cpu" && all > 1 ? [1, all] : [1];
  const measured: Omit<MatmulSpeed, "device">[] = [];
  for (const count of threads) {
    const { device: _, ...speed } = await measureMatmul(device, count);
    measured.push(speed);
  }
  return { ...support, measured, ...(device === "cpu" ? {} : { agreement: await agreementWithCpu(device) }) };
}

const SMALL = { layers: 2, width: 16, heads: 2, headWidth: 8, feedForward: 32, vocabulary: 64, context: 8 } as const;

async function agreementWithCpu(device: Device): Promise<DeviceAgreement> {
  const [gpt2, llama] = [
    { tiedEmbeddings: true, positions: "learned", biases: true, normalisation: "layer", activation: "gelu" },
    { tiedEmbeddings: false, positions: "rope", biases: false, normalisation: "rms", activation: "swiglu" },
  ] as const;
  const found: Agreement[] = [];
  for (const architecture of [gpt2, llama]) {
    const shape = { ...SMALL, ...architecture };
    found.push(await agreementOf({ shape, parametrisation: { kind: "mup", baseWidth: 16 } }, device));
  }
  const worst = worstOf(found);
  const { of, difference } = worst;
  return { agrees: agrees(worst), of, ...(Number.isFinite(difference) ? { difference } : {}) };
}

/** How long a driver may take to wake up. */
const PATIENCE_MS = 60_000;

/** Every device, those with drivers in a process of their own: a driver that crashes or complains does so there. */
export async function examineDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of DEVICES) {
    reports.push(await (device === "cpu" ? examineDevice(device) : examineElsewhere(device)));
  }
  return reports;
}

function examineElsewhere(device: Device): Promise<DeviceReport> {
  const command = fileURLToPath(new URL("./examineCommand.js", import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, device], {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: PATIENCE_MS,
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.on("error", (error) => resolve(lost(device, error.message)));
    child.on("close", (code, signal) => {
      try {
        resolve(JSON.parse(said) as DeviceReport);
      } catch {
        resolve(lost(device, `its provider ended the process that tried it (${signal ?? `exit code ${code}`})`));
      }
    });
  });
}

const lost = (device: Device, missing: string): DeviceReport => ({
  device,
  available: false,
  possible: true,
  missing,
  remedy: remedyFor(device),
  measured: [],
});
