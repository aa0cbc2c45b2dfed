import { formatFlops } from "@isoflop/laws";
import type { DeviceAgreement } from "@isoflop/trainer";
import type { Examination } from "./examination.js";

/** What was found, for people. */
export function examinationText({
  isoflop,
  node,
  onnxruntime,
  direct,
  machine,
  devices,
  python,
  wanting,
}: Examination): string {
  const rows: [string, string][] = [
    ["isoflop", isoflop],
    ["Node", `${node.version}${node.supported ? "" : ` (needs ${node.needed})`}`],
    ["ONNX Runtime", `${onnxruntime}, ${direct ? "called directly" : "through its binding for Node"}`],
    ["processor", `${machine.processor}, ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}`],
    ["memory", `${bytes(machine.memory.free)} free of ${bytes(machine.memory.total)}`],
    ["disk", `${bytes(machine.disk.free)} free at ${machine.disk.path}`],
  ];
  for (const device of devices) {
    if (!device.available) rows.push([device.device, `not here: ${device.missing}`]);
    for (const { threads, flopsPerSecond, size } of device.measured) {
      const by = device.device === "cpu" ? `, ${threads} ${threads === 1 ? "thread" : "threads"}` : "";
      rows.push([device.device, `${formatFlops(flopsPerSecond)} FLOP/s in float32 products of ${size}${by}`]);
    }
    if (device.agreement !== undefined) rows.push([device.device, agreementText(device.agreement)]);
  }
  rows.push(["Python", python.version === undefined ? "not here" : `${python.version} (${python.program})`]);
  rows.push(["PyTorch", python.torch === undefined ? "not here" : torchText(python.torch)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
  const needs = wanting.map(({ what, remedy }) => `  ${what}: ${remedy}\n`).join("");
  return needs === "" ? table : `${table}\nWhat is missing, and how to get it\n${needs}`;
}

function torchText({ version, devices, bfloat16 }: NonNullable<Examination["python"]["torch"]>): string {
  const cards = devices.length === 0 ? "no CUDA device" : devices.join(", ");
  return `${version}, ${cards}${bfloat16 ? ", bfloat16" : ""}`;
}

function agreementText({ agrees, difference, of }: DeviceAgreement): string {
  const by = difference?.toPrecision(2);
  if (agrees) return `gradients of small models within ${by} of the processor's`;
  const fault = by === undefined ? `${of} holds what is no number` : `${of} is off by ${by} of its size`;
  return `not to be trained on: of a small model ${fault}`;
}

const bytes = (count: number): string => `${(count / 1e9).toFixed(1)} GB`;
