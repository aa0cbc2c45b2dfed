// `node examineCommand.js <device>`: its DeviceReport as JSON on standard output.
import { DEVICES } from "../devices/device.js";
import { examineDevice } from "./deviceReport.js";

const device = DEVICES.find((one) => one === process.argv[2]);
if (device === undefined) throw new Error(`no device ${process.argv[2]}`);
process.stdout.write(JSON.stringify(await examineDevice(device)), () => process.exit(0));
