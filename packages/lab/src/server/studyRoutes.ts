import { type Context, Hono } from "hono";
import { z } from "zod";
import { holdRuns, resumeRuns } from "../steps/control.js";
import type { StudyListing } from "./api.js";
import { keepMetrics } from "./keptMetrics.js";
import { eventStream } from "./live/eventStream.js";
import { lookAt, snapshotOf } from "./live/liveLook.js";
import { createWatch, type Watch } from "./live/watch.js";
import { observationsPage } from "./observationsPage.js";
import { runDetails } from "./runDetails.js";
import { refuse } from "./security.js";
import type { Served } from "./served.js";

const controlSchema = z.strictObject({
  action: z.enum(["pause", "resume", "cancel"]),
  runs: z.array(z.string().max(512)).max(1000).optional(),
});

const POLL_MS = 1000;

/** /api/studies/…: what there is to see of each study, and its control. */
export function studyRoutes(studies: ReadonlyMap<string, Served>, pollMs: number = POLL_MS): Hono {
  const routes = new Hono();
  const watches = new Map<Served, Watch>();
  const linesOf = keepMetrics();
  const watchOf = (served: Served): Watch => {
    const watch = watches.get(served) ?? createWatch(() => lookAt(served), pollMs);
    watches.set(served, watch);
    return watch;
  };
  const within =
    (answer: (served: Served, context: Context) => Response | Promise<Response>) =>
    (context: Context): Response | Promise<Response> => {
      const found = studies.get(context.req.param("key") ?? "");
      return found === undefined
        ? refuse(context, 404, "study-unknown", "This server shows no such study.")
        : answer(found, context);
    };
  routes.get("/studies", (context) => {
    const listed: StudyListing[] = [...studies.values()].map(({ key, name, folder, kind }) => ({
      key,
      name,
      folder,
      kind,
    }));
    return context.json(listed);
  });
  routes.get(
    "/studies/:key",
    within(async (served, context) => context.json(await snapshotOf(served))),
  );
  routes.get(
    "/studies/:key/events",
    within((served, context) => eventStream(context, watchOf(served))),
  );
  routes.get(
    "/studies/:key/observations",
    within(async (served, context) => context.json(await observationsPage(served, linesOf))),
  );
  routes.get(
    "/studies/:key/runs/:run",
    within(async (served, context) => {
      const found =
        served.kind === "study" ? await runDetails(served.study, context.req.param("run") ?? "") : undefined;
      return found === undefined
        ? refuse(context, 404, "run-unknown", "This study has no such run.")
        : context.json(found);
    }),
  );
  routes.post("/studies/:key/control", within(control));
  return routes;
}

async function control(served: Served, context: Context): Promise<Response> {
  const asked = controlSchema.safeParse(await context.req.json().catch(() => undefined));
  if (!asked.success) {
    return refuse(context, 400, "control", "An action is pause, resume or cancel, of runs by id or of all.");
  }
  if (served.kind !== "study") {
    return refuse(context, 409, "imported", "These runs were trained elsewhere: there is nothing to control.");
  }
  const { action, runs = [] } = asked.data;
  const outcome =
    action === "resume"
      ? await resumeRuns(served.study, runs)
      : await holdRuns(served.study, action === "pause" ? "paused" : "cancelled", runs);
  return context.json(outcome);
}
