import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { FieldValue, FoundCheckpoint } from "./adapter.js";

/** {a}, {a/b}, {a//b}: a field of run.json or a number, divided by another. Braces of JSON are none of these. */
const PLACEHOLDER = /\{([A-Za-z][\w.]*|\d+)(?:(\/{1,2})([A-Za-z][\w.]*|\d+(?:\.\d+)?))?\}/g;
const RESUME = ["resume.step", "resume.path"];

export interface FilledCommand {
  readonly command: readonly string[];
  /** The fields of run.json that the command tells the trainer. */
  readonly told: ReadonlySet<string>;
  /** Whether it says where to go on from. */
  readonly resumes: boolean;
}

/** Every field of run.json that is one value, by its path. */
export function fieldsOf(spec: RunSpec): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  const walk = (value: unknown, path: string) => {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") fields.set(path, value);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? key : `${path}.${key}`);
    }
  };
  walk(spec, "");
  return fields;
}

/**
 * The largest number of steps up to `evaluation.everySteps` that divides the run's, so that the last step is evaluated; all
 * steps where the study evaluates only at the end.
 */
export function evaluateEvery({ evaluation, steps }: RunSpec): number {
  for (let every = evaluation.everySteps; every > 0; every--) if (steps % every === 0) return every;
  return steps;
}

/**
 * The user's command with the run's values in it. An argument that names the checkpoint is left out where there is none:
 * write it as one, --resume={resume.path}. Errors: adapter-placeholder.
 */
export function fillCommand(
  template: readonly string[],
  spec: RunSpec,
  folder: string,
  checkpoint: FoundCheckpoint | undefined,
): FilledCommand {
  const told = new Set<string>();
  let resumes = false;
  const values: ReadonlyMap<string, FieldValue> = new Map<string, FieldValue>([
    ...fieldsOf(spec),
    ["folder", folder],
    ["evaluateEvery", evaluateEvery(spec)],
    ...(checkpoint === undefined
      ? []
      : ([
          ["resume.step", checkpoint.step],
          ["resume.path", checkpoint.path],
        ] as const)),
  ]);
  const fieldValue = (name: string, argument: string): FieldValue => {
    if (/^\d/.test(name)) return Number(name);
    const value = values.get(name);
    if (value === undefined) throw unknownPlaceholder(name, argument, [...values.keys()]);
    return value;
  };
  const command = template.flatMap((argument) => {
    const names = [...argument.matchAll(PLACEHOLDER)].flatMap((match) => [match[1]!, match[3] ?? ""]);
    if (names.some((name) => RESUME.includes(name))) {
      resumes = true;
      if (checkpoint === undefined) return [];
    }
    return argument.replaceAll(PLACEHOLDER, (_, name: string, operator?: string, divisor?: string) => {
      const value = fieldValue(name, argument);
      // A quotient tells what is divided to a trainer that knows the divisor, which must be told by itself. A part of the
      // steps is an interval, and tells no length.
      if (operator === undefined || name !== "steps") told.add(name);
      if (operator === undefined || divisor === undefined) return String(value);
      const quotient = Number(value) / Number(fieldValue(divisor, argument));
      return String(operator === "//" ? Math.floor(quotient) : quotient);
    });
  });
  return { command, told, resumes };
}

function unknownPlaceholder(name: string, argument: string, known: readonly string[]): IsoflopError {
  const family = name.split(".")[0]!;
  const near = known.filter((field) => field.split(".")[0] === family);
  return new IsoflopError({
    code: "adapter-placeholder",
    message: `${argument}: run.json has no ${name}`,
    hint: `Placeholders are fields of run.json, ${near.length > 0 ? `here ${near.join(", ")}` : "such as shape.layers, steps, seed"}; and folder, evaluateEvery, resume.step, resume.path.`,
  });
}
