// WebAssembly as far as it is used here: TypeScript's own declarations of it come with the browser's.

interface Memory {
  readonly buffer: ArrayBuffer;
}

interface Engine {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => Memory;
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => Module;
  readonly Instance: new (
    module: Module,
    imports: { readonly environment: { readonly memory: Memory } },
  ) => { readonly exports: object };
}

declare const compiled: unique symbol;
/** Code that is ready to be bound to a memory. */
export interface Module {
  readonly [compiled]: true;
}

const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };
const PAGE = 65_536;

/** Bytes that one memory can have. */
export const LARGEST_MEMORY = 65_536 * PAGE - PAGE;

export const compile = (code: Uint8Array<ArrayBuffer>): Module => new engine.Module(code);

/** A memory of so many zero bytes, and the functions of a module bound to it. */
export function bind<Functions>(module: Module, bytes: number): { buffer: ArrayBuffer; functions: Functions } {
  const pages = Math.ceil(bytes / PAGE);
  const memory = new engine.Memory({ initial: pages, maximum: pages });
  const { exports } = new engine.Instance(module, { environment: { memory } });
  return { buffer: memory.buffer, functions: exports as Functions };
}
