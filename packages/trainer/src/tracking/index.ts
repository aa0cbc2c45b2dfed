// What trackers' files are made of (@isoflop/trainer/tracking): shared by the trainer, which writes TensorBoard's, and the lab, which
// reads and writes those of several. It loads no ONNX Runtime.
export { crc32, crc32c } from "./crc32.js";
export { maskedCrc32c } from "./maskedCrc32c.js";
export {
  asBytes,
  asDouble,
  asFloat,
  asInteger,
  asText,
  innerFields,
  isTrue,
  type WireField,
  wireFields,
} from "./protobufWire.js";
export { runSettings } from "./runSettings.js";
export { endEvent, type Hyperparameter, hyperparametersEvent, scalarsEvent, startEvent } from "./tensorboard/event.js";
export { type EventFile, eventFiles, framed, openEventFile } from "./tensorboard/eventFile.js";
