import { IsoflopError } from "@isoflop/laws";
import type { Adapter, LogEvent, Session } from "./adapter.js";
import { isAccepted } from "./coverage.js";
import type { openRecord } from "./record.js";
import { fieldsOf } from "./template.js";

/** Why a run ends before its last step. */
export type Interruption =
  | { readonly kind: "diverged"; readonly reason: string; readonly step?: number }
  | { readonly kind: "fault"; readonly error: unknown };

/**
 * Takes what a log says: losses into the record, facts against run.json. Only the first interruption is told. After it a log
 * on standard output says no more of this run; a log in a file is still taken up to the number that is none.
 */
export function listenTo(
  adapter: Adapter,
  session: Session,
  accepted: readonly string[],
  record: ReturnType<typeof openRecord>,
  onInterruption: (interruption: Interruption) => void,
) {
  const { spec } = session;
  const fields = fieldsOf(spec);
  let first: Interruption | undefined;
  const interrupt = (interruption: Interruption): false => {
    if (first === undefined) onInterruption(interruption);
    first ??= interruption;
    return false;
  };
  /** Whether there is more to take. */
  const take = (event: LogEvent): boolean => {
    if (event.kind === "diverged") return interrupt(event);
    if (event.kind === "fact") {
      checkFact(event, fields, accepted);
      return true;
    }
    const { step } = event;
    const odd = notFinite(event);
    if (odd !== undefined)
      return interrupt({ kind: "diverged", reason: `${odd} at step ${step} of ${spec.steps}`, step });
    if (step > spec.steps) checkFact({ field: "steps", value: step }, fields, accepted);
    record.add(event);
    return true;
  };
  const takeAll = (events: () => readonly LogEvent[]) => {
    if (first?.kind === "fault") return;
    try {
      events().every(take);
    } catch (error) {
      interrupt({ kind: "fault", error });
    }
  };
  return {
    line: (line: string) => {
      if (first === undefined) takeAll(() => adapter.read(line, session));
    },
    /** What a log file says beyond step `since`. */
    history: (since: number) =>
      takeAll(() => (adapter.history?.(session) ?? []).filter((event) => !("step" in event && event.step <= since))),
  };
}

function notFinite(event: Extract<LogEvent, { kind: "training" | "validation" }>): string | undefined {
  if (event.kind === "validation") {
    const loss = "loss" in event ? event.loss : event.bitsPerByte;
    return Number.isFinite(loss) ? undefined : `validation loss ${loss}`;
  }
  const { loss, gradientNorm } = event;
  if (Number.isFinite(loss) && (gradientNorm === undefined || Number.isFinite(gradientNorm))) return undefined;
  return `loss ${loss}${gradientNorm === undefined ? "" : `, gradient norm ${gradientNorm}`}`;
}

function checkFact(
  { field, value, tolerance = 0 }: Omit<Extract<LogEvent, { kind: "fact" }>, "kind">,
  fields: ReadonlyMap<string, unknown>,
  accepted: readonly string[],
): void {
  const wanted = fields.get(field);
  if (wanted === undefined || wanted === value || isAccepted(field, accepted)) return;
  if (typeof wanted === "number" && typeof value === "number" && Math.abs(value - wanted) <= tolerance * wanted) return;
  throw new IsoflopError({
    code: "adapter-mismatch",
    message: `the trainer's log says that ${field} is ${value}, run.json says ${wanted}`,
    hint: `Change the command or study.yaml; or, where you know that the difference does not matter, --accept ${field}. Fits go by run.json.`,
  });
}
