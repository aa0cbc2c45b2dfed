import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { DEVICES, type Device, type DeviceSupport, deviceSupport, remedyFor } from "./device.js";
import { type MatmulSpeed, measureMatmul } from "./matmulSpeed.js";

/** A device: what it does, or why it cannot. */
export type DeviceReport = DeviceSupport & { readonly measured: readonly Omit<MatmulSpeed, "device">[] };

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
  return { ...support, measured };
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
