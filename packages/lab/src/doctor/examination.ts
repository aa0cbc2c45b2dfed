import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { dirname } from "node:path";
import {
  callsDirectly,
  type DeviceReport,
  DIRECT_HERE,
  defaultCacheRoot,
  engineVersions,
  examineDevices,
} from "@isoflop/trainer";
import { packageVersion } from "../study/versions.js";
import { examinePython, type PythonReport } from "./python.js";

/** What `isoflop doctor` finds; its JSON. */
export interface Examination {
  readonly isoflop: string;
  readonly node: { readonly version: string; readonly needed: string; readonly supported: boolean };
  readonly onnxruntime: string;
  /** Whether training on the CPU calls ONNX Runtime directly, or through its binding for Node, which copies all gradients. */
  readonly direct: boolean;
  readonly machine: {
    readonly platform: string;
    readonly processor: string;
    /** Those that this process may use. */
    readonly cores: number;
    /** Bytes; a container's own limit where it has one. */
    readonly memory: { readonly total: number; readonly free: number };
    /** Bytes that the token caches may still take. */
    readonly disk: { readonly path: string; readonly free: number };
  };
  readonly devices: readonly DeviceReport[];
  /** For the PyTorch trainer. */
  readonly python: PythonReport;
  /** What is not here and could be. */
  readonly wanting: readonly { readonly what: string; readonly remedy: string }[];
}

const NODE_MAJOR = 20;

/** Looks at the machine and measures it. */
export async function examineMachine(): Promise<Examination> {
  const python = await examinePython();
  const devices = await examineDevices();
  const direct = await callsDirectly();
  const major = Number(process.versions.node.split(".")[0]);
  const node = { version: process.versions.node, needed: `>= ${NODE_MAJOR}`, supported: major >= NODE_MAJOR };
  const wanting = [
    ...(node.supported ? [] : [{ what: "Node", remedy: `install version ${NODE_MAJOR} or newer from nodejs.org` }]),
    ...devices.flatMap((device) =>
      device.available || !device.possible ? [] : [{ what: device.device, remedy: device.remedy }],
    ),
    ...(direct || !DIRECT_HERE
      ? []
      : [
          {
            what: "direct calls of ONNX Runtime",
            remedy: "npm install koffi; without, steps of small models take longer",
          },
        ]),
    ...(python.remedy === undefined ? [] : [{ what: "PyTorch", remedy: python.remedy }]),
  ];
  return {
    isoflop: packageVersion(),
    node,
    onnxruntime: engineVersions()["onnxruntime-node"] ?? "unknown",
    direct,
    machine: {
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memory: memory(),
      disk: await disk(defaultCacheRoot()),
    },
    devices,
    python,
    wanting,
  };
}

/** A limit that is larger than the machine is none. */
function memory(): { total: number; free: number } {
  const limit = process.constrainedMemory() ?? 0;
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return { total, free: Math.min(total, freemem()) };
}

/** The file system of a folder that need not be there yet. */
async function disk(path: string): Promise<{ path: string; free: number }> {
  try {
    const { bavail, bsize } = await statfs(path);
    return { path, free: bavail * bsize };
  } catch (error) {
    if (dirname(path) === path) throw error;
    return { path, free: (await disk(dirname(path))).free };
  }
}
