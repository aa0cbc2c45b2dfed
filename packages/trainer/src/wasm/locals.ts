import type { ValueType } from "./assembler.js";

/** The locals of a function, numbered after its parameters as its code asks for them. */
export interface Locals {
  readonly types: readonly ValueType[];
  readonly integer: () => number;
  readonly vector: () => number;
}

export function createLocals(parameters: number): Locals {
  const types: ValueType[] = [];
  const local = (type: ValueType): number => parameters + types.push(type) - 1;
  return { types, integer: () => local("i32"), vector: () => local("v128") };
}
