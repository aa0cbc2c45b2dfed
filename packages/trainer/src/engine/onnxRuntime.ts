// ONNX Runtime's C interface (onnxruntime_c_api.h), called through koffi in the library that comes with onnxruntime-node.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** An address in the process's memory; null is 0. */
export type Address = bigint;

type CType = "void *" | "const char *" | "int" | "size_t" | "void";

/**
 * The functions used here: place in `struct OrtApi`, which is fixed for good (the header: "All changes should be appended"),
 * result and arguments. A status is null, or an address of what went wrong.
 */
const FUNCTIONS = {
  GetErrorMessage: [2, "const char *", ["void *"]],
  CreateEnv: [3, "void *", ["int", "const char *", "void *"]],
  CreateSessionFromArray: [8, "void *", ["void *", "void *", "size_t", "void *", "void *"]],
  Run: [9, "void *", ["void *", "void *", "void *", "void *", "size_t", "void *", "size_t", "void *"]],
  CreateSessionOptions: [10, "void *", ["void *"]],
  SetSessionExecutionMode: [13, "void *", ["void *", "int"]],
  DisableMemPattern: [17, "void *", ["void *"]],
  SetSessionLogSeverityLevel: [22, "void *", ["void *", "int"]],
  SetSessionGraphOptimizationLevel: [23, "void *", ["void *", "int"]],
  SetIntraOpNumThreads: [24, "void *", ["void *", "int"]],
  SetInterOpNumThreads: [25, "void *", ["void *", "int"]],
  CreateTensorWithDataAsOrtValue: [49, "void *", ["void *", "void *", "size_t", "void *", "size_t", "int", "void *"]],
  CreateCpuMemoryInfo: [69, "void *", ["int", "int", "void *"]],
  ReleaseStatus: [93, "void", ["void *"]],
  ReleaseSession: [95, "void", ["void *"]],
  ReleaseValue: [96, "void", ["void *"]],
  ReleaseSessionOptions: [100, "void", ["void *"]],
  AddSessionConfigEntry: [130, "void *", ["void *", "const char *", "const char *"]],
} as const satisfies Record<string, readonly [number, CType, readonly CType[]]>;

/** An array's bytes stand for their address: it must live as long as the callee keeps it. */
type Argument = Address | number | string | NodeJS.TypedArray | null;
type Functions = { readonly [Name in keyof typeof FUNCTIONS]: (...args: readonly Argument[]) => unknown };

/** The loaded library. */
export interface OnnxRuntime {
  /** Held, since koffi unloads a library whose handle is collected, whatever was found in it. */
  readonly library: object;
  /** Calls a function that returns a status. Errors: what ONNX Runtime says. */
  readonly call: (name: keyof Functions, ...args: readonly Argument[]) => void;
  /** Calls a function that makes something and leaves its address in its last argument. */
  readonly make: (name: keyof Functions, ...args: readonly Argument[]) => Address;
  /** Calls a function that frees something. */
  readonly free: (name: keyof Functions, what: Address) => void;
  /** Where an array's elements are. It must not be a short one that the garbage collector moves. */
  readonly addressOf: (array: NodeJS.TypedArray) => Address;
  readonly environment: Address;
  /** What says that a tensor lies in ordinary memory. */
  readonly memoryInfo: Address;
}

/** Version of the interface that is asked for: the oldest that has all functions, which every later library has as well. */
const API_VERSION = 11;
const ERROR_LEVEL = 3;
/** OrtDeviceAllocator, OrtMemTypeDefault. */
const [ALLOCATOR, MEMORY] = [0, 0];
/** Deep graphs are walked by recursion, on a stack of koffi's. */
const STACK = 8 * 2 ** 20;

let loaded: Promise<OnnxRuntime | undefined> | undefined;

/** The library, once loaded; undefined where it is not to be called directly: no koffi or no library for this platform. */
export function loadOnnxRuntime(): Promise<OnnxRuntime | undefined> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<OnnxRuntime | undefined> {
  const path = libraryPath();
  if (path === undefined) return undefined;
  try {
    const { default: koffi } = await import("koffi");
    enlargeStack(koffi);
    return bindLibrary(koffi, path);
  } catch {
    // No koffi for this platform, or a library that it cannot load: the binding does the same.
    return undefined;
  }
}

type Koffi = typeof import("koffi").default;

function enlargeStack(koffi: Koffi): void {
  try {
    koffi.config({ sync_stack_size: STACK });
  } catch {
    // Somebody else in the process uses koffi already; its own size will do for all but the deepest models.
  }
}

function bindLibrary(koffi: Koffi, path: string): OnnxRuntime | undefined {
  const library = koffi.load(path);
  const base = library.func("OrtGetApiBase", "void *", [])() as Address;
  const getApi = koffi.decode(koffi.decode(base, "void *"), koffi.proto("void *", ["uint32_t"])) as (
    version: number,
  ) => Address | null;
  const api = getApi(API_VERSION);
  if (!api) return undefined;
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [place, result, parameters]]) => [
      name,
      koffi.decode(koffi.decode(api, 8 * place, "void *"), koffi.proto(result, [...parameters])),
    ]),
  ) as Functions;

  const call: OnnxRuntime["call"] = (name, ...args) => {
    const status = functions[name](...args) as Address | null;
    if (!status) return;
    const message = String(functions.GetErrorMessage(status));
    functions.ReleaseStatus(status);
    throw new Error(message);
  };
  const make: OnnxRuntime["make"] = (name, ...args) => {
    const out = new BigUint64Array(1);
    call(name, ...args, out);
    return out[0]!;
  };
  return {
    library,
    call,
    make,
    free: (name, what) => void functions[name](what),
    addressOf: (array) => koffi.address(array),
    environment: make("CreateEnv", ERROR_LEVEL, "isoflop"),
    memoryInfo: make("CreateCpuMemoryInfo", ALLOCATOR, MEMORY),
  };
}

/** Only on Linux has calling the library directly been tried. */
export const DIRECT_HERE = process.platform === "linux";

/** The library of onnxruntime-node. */
function libraryPath(): string | undefined {
  if (!DIRECT_HERE) return undefined;
  const folder = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")), "bin");
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((build) => join(folder, build, process.platform, process.arch, "libonnxruntime.so.1"))
    .find((path) => existsSync(path));
}
