import { IsoflopError } from "@isoflop/laws";
import type { Adapter, LogEvent, Session } from "./adapter.js";
import { isAccepted } from "./coverage.js";
import type { openRecord } from "./record.js";
import { fieldsOf } from "./template.js";

/** Why a run ends before its last step. */
export type Interruption =
  | { readonly kind: "diverged"; readonly reason: string; readonly step: number }
  | { readonly kind: "fault"; readonly error: unknown };

/** Takes what a log says: losses into the record, facts against run.json. The first interruption is told, and ends it. */
export function listenTo(
  adapter: Adapter,
  session: Session,
  accepted: readonly string[],
  record: ReturnType<typeof openRecord>,
  onInterruption: (interruption: Interruption) => void,
) {
  const { spec } = session;
  const fields = fieldsOf(spec);
  let over = false;
  const interrupt = (interruption: Interruption) => {
    if (!over) onInterruption(interruption);
    over = true;
  };
  const take = (event: LogEvent) => {
    if (event.kind === "fact") checkFact(event, fields, accepted);
    else if (event.kind === "diverged") interrupt({ ...event, step: record.step() });
    else {
      const odd = notFinite(event);
      if (odd !== undefined) {
        interrupt({ kind: "diverged", reason: `${odd} at step ${event.step} of ${spec.steps}`, step: event.step });
        return;
      }
      if (event.step > spec.steps) checkFact({ field: "steps", value: event.step }, fields, accepted);
      record.add(event);
    }
  };
  const guarded = (work: () => void) => {
    if (over) return;
    try {
      work();
    } catch (error) {
      interrupt({ kind: "fault", error });
    }
  };
  return {
    line: (line: string) =>
      guarded(() => {
        for (const event of adapter.read(line, session)) if (!over) take(event);
      }),
    /** What a log file says beyond step `since`. */
    history: (events: readonly LogEvent[], since: number) =>
      guarded(() => {
        for (const event of events) if (!over && !("step" in event && event.step <= since)) take(event);
      }),
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
