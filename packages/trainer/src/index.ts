export * from "./builtin.js";
export { parseRunSpec } from "./contract/parseRunSpec.js";
export * from "./contract/runSpec.js";
export * from "./data/corpus/index.js";
export { DEVICES, type Device, type DeviceSupport } from "./devices/device.js";
export { type DeviceReport, examineDevices } from "./devices/deviceReport.js";
export { type MatmulSpeed, measureMatmul } from "./devices/matmulSpeed.js";
