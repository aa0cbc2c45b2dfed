import { IsoflopError } from "@isoflop/laws/error";
import { nearest } from "@isoflop/laws/observations";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { allowedKeys } from "./allowedKeys.js";
import { type Study, studySchema } from "./schema.js";

type Document = ReturnType<typeof parseDocument>;
type Path = readonly PropertyKey[];

/**
 * study.yaml as a checked value. Every mistake is reported in one error, each with file:line:column, what is allowed,
 * and the word that was probably meant. Errors: study-syntax, study-invalid.
 */
export function parseStudy(text: string, file: string): Study {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const wrong = (code: string, message: string) => new IsoflopError({ code, message, hint: HINT });
  const syntax = document.errors[0];
  if (syntax !== undefined) throw wrong("study-syntax", `${place(syntax.pos[0])}: ${syntaxProblem(syntax)}`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // Aliases are resolved only here: one without its anchor, or a nest of them that would fill the memory.
    throw wrong("study-syntax", `${file}: ${error instanceof Error ? lower(error.message) : String(error)}.`);
  }
  const result = studySchema.safeParse(value ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => explain(issue, [], document, value));
  problems.sort((a, b) => a.offset - b.offset);
  throw wrong("study-invalid", problems.map((problem) => `${place(problem.offset)}: ${problem.text}`).join("\n"));
}

/** file:line:column of a value of study.yaml, or of its nearest parent that is there; for mistakes that only a machine shows. */
export function placeIn(text: string, file: string, path: Path): string {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const { line, col } = lines.linePos(nodeOffset(document, path));
  return `${file}:${line}:${col}`;
}

const HINT = "`isoflop init` writes a study file that works, with comments.";

function syntaxProblem({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === "DUPLICATE_KEY") return "this key is there twice.";
  if (code === "MULTIPLE_DOCS") return "a second document begins here; a study is one.";
  return `this is not YAML: ${lower(message)}.`;
}

interface Problem {
  readonly offset: number;
  readonly text: string;
}

function explain(issue: z.core.$ZodIssue, prefix: Path, document: Document, value: unknown): Problem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ offset: keyOffset(document, path, key), text: unknownKey(path, key, value) }));
  }
  if (issue.code === "invalid_union" && "options" in issue && issue.options !== undefined) {
    return [{ offset: nodeOffset(document, path), text: unknownKind(path, issue.options, valueAt(document, path)) }];
  }
  if (issue.code === "invalid_union") {
    // The branch that got furthest into the value is the one the user was writing.
    const reached = issue.errors
      .map((errors) => errors.filter((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"))
      .find((errors) => errors.length > 0);
    if (reached !== undefined) return reached.flatMap((inner) => explain(inner, path, document, value));
  }
  const subject = path.length === 0 ? "the study" : dotted(path);
  if (issue.code === "invalid_key") {
    const why = issue.issues[0]?.message ?? issue.message;
    return [
      { offset: keyOffset(document, path.slice(0, -1), String(path.at(-1))), text: `the key ${subject}: ${why}` },
    ];
  }
  if (valueAt(document, path) === undefined && (issue.code === "invalid_type" || issue.code === "invalid_union")) {
    const wanted = issue.code === "invalid_union" ? `: ${lower(issue.message)}` : "";
    return [{ offset: nodeOffset(document, path.slice(0, -1)), text: `${subject} is missing${wanted}` }];
  }
  const given = valueAt(document, path);
  const shown = isPlain(given) ? ` (found ${JSON.stringify(given)})` : "";
  if (issue.code === "invalid_value" && issue.values.length > 1) {
    return [{ offset: nodeOffset(document, path), text: oneOf(subject, issue.values.map(String), given) }];
  }
  return [
    {
      offset: nodeOffset(document, path),
      text: `${subject}: ${lower(issue.message.replace(/^Invalid input: /, ""))}${shown}`,
    },
  ];
}

function oneOf(subject: string, allowed: readonly string[], given: unknown): string {
  const shown = isPlain(given) ? ` (found ${JSON.stringify(given)})` : "";
  const meant = typeof given === "string" ? nearest(given, allowed) : undefined;
  return `${subject} must be one of ${allowed.join(", ")}${shown}${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}

/** A union by kinds whose kind is missing or none of them. */
function unknownKind(path: Path, kinds: readonly unknown[], given: unknown): string {
  // Undefined is among them where the kind may be left out.
  const allowed = kinds.filter((kind) => kind !== undefined).map(String);
  return given === undefined
    ? `${dotted(path)} is missing: one of ${allowed.join(", ")}`
    : oneOf(dotted(path), allowed, given);
}

function unknownKey(path: Path, key: string, value: unknown): string {
  const allowed = allowedKeys(studySchema, path, value);
  const meant = nearest(key, allowed);
  const where = path.length === 0 ? "" : ` in ${dotted(path)}`;
  return `unknown key ${key}${where}${meant === undefined ? "" : `; did you mean ${meant}?`}${meant === undefined ? "." : ""} Allowed: ${allowed.join(", ")}.`;
}

function dotted(path: Path): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function valueAt(document: Document, path: Path): unknown {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isScalar(node) ? node.value : node;
}

/** Offset of the value at a path, or of its nearest parent that is there. */
function nodeOffset(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isScalar(node) || (typeof node === "object" && node !== null && "range" in node)) {
      return (node.range as readonly number[] | null | undefined)?.[0] ?? 0;
    }
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return nodeOffset(document, path);
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : nodeOffset(document, path);
}
