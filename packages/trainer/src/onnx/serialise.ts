import { PbfWriter } from "pbf";
import type { Attribute, Initializer, Model, Node, TensorInfo } from "./model.js";
import { elementTypeCode } from "./tensorType.js";

// Field numbers are those of onnx/onnx.proto (IR version 8, ONNX 1.13 and later).
const irVersion = 8;
const opsetVersion = 18;
const attributeTypeCode = { float: 1, int: 2, string: 3, ints: 7 } as const;

function writeAttribute([name, value]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, attributeTypeCode.float);
  } else if ("int" in value) {
    pbf.writeVarintField(3, value.int);
    pbf.writeVarintField(20, attributeTypeCode.int);
  } else if ("string" in value) {
    pbf.writeStringField(4, value.string);
    pbf.writeVarintField(20, attributeTypeCode.string);
  } else {
    pbf.writePackedVarint(8, [...value.ints]);
    pbf.writeVarintField(20, attributeTypeCode.ints);
  }
}

function writeNode(node: Node, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, node.outputs[0] ?? node.op);
  pbf.writeStringField(4, node.op);
  for (const attribute of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== "") pbf.writeStringField(7, node.domain);
}

function writeInitializer(tensor: Initializer, pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [...tensor.shape]);
  pbf.writeVarintField(2, elementTypeCode[tensor.type]);
  pbf.writeStringField(8, tensor.name);
  pbf.writeBytesField(9, tensor.data);
}

function writeTensorInfo(info: TensorInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, info.name);
  const writeDimension = (size: number, p: PbfWriter) => p.writeVarintField(1, size);
  const writeShape = (shape: readonly number[], p: PbfWriter) => {
    for (const size of shape) p.writeMessage(1, writeDimension, size);
  };
  const writeTensorType = (tensor: TensorInfo, p: PbfWriter) => {
    p.writeVarintField(1, elementTypeCode[tensor.type]);
    p.writeMessage(2, writeShape, tensor.shape);
  };
  pbf.writeMessage(2, (tensor: TensorInfo, p: PbfWriter) => p.writeMessage(1, writeTensorType, tensor), info);
}

function writeGraph(model: Model, pbf: PbfWriter): void {
  for (const node of model.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "isoflop");
  for (const tensor of model.initializers) pbf.writeMessage(5, writeInitializer, tensor);
  for (const info of model.inputs) pbf.writeMessage(11, writeTensorInfo, info);
  for (const info of model.outputs) pbf.writeMessage(12, writeTensorInfo, info);
}

/** More than a node takes, with its names and its share of what the model says beside nodes and constants. */
const BYTES_PER_NODE = 512;

/** The bytes of an ONNX ModelProto, as InferenceSession.create takes them. */
export function serialiseModel(model: Model): Uint8Array {
  // Room for all of it: a writer that grows doubles, and copies.
  const constants = model.initializers.reduce((sum, { data }) => sum + data.length, 0);
  const pbf = new PbfWriter(new Uint8Array(constants + BYTES_PER_NODE * (model.nodes.length + 16)));
  pbf.writeVarintField(1, irVersion);
  pbf.writeStringField(2, "isoflop");
  pbf.writeMessage(7, writeGraph, model);
  const writeOpset = ([domain, version]: readonly [string, number], p: PbfWriter) => {
    p.writeStringField(1, domain);
    p.writeVarintField(2, version);
  };
  pbf.writeMessage(8, writeOpset, ["", opsetVersion] as const);
  pbf.writeMessage(8, writeOpset, ["com.microsoft", 1] as const);
  return pbf.finish();
}
