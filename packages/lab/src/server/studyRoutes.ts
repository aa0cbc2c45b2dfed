import { type Context, Hono } from "hono";
import { z } from "zod";
import { holdRuns, resumeRuns } from "../steps/control.js";
import type { StudyListing } from "./api.js";
import { keepMetrics } from "./keptMetrics.js";
import { eventStream } from "./live/eventStream.js";
import { lookAt, snapshotOf } from "./live/liveLook.js";
import { createOverview } from "./live/overview.js";
import { QUEUE_REST_MS, type QueueWatch, watchQueue } from "./live/queueWatch.js";
import { createWatch, type Watch } from "./live/watch.js";
import { createAnswers } from "./observationsAnswers.js";
import { observationsPage } from "./observationsPage.js";
import { runDetails } from "./runDetails.js";
import { refuse } from "./security.js";
import type { Served } from "./served.js";

const controlSchema = z.strictObject({
  action: z.enum(["pause", "resume", "cancel"]),
  runs: z.array(z.string().max(512)).max(1000).optional(),
});

const POLL_MS = 1000;

/** How often a server looks, ms. */
export interface Pace {
  /** At the files of a study that somebody listens to. */
  readonly pollMs?: number;
  /** At Slurm's queue, for such a study. */
  readonly queueMs?: number;
}

/** What is kept of a study for all who look at it. */
interface Shared {
  readonly watch: Watch;
  readonly queue: QueueWatch;
  readonly answers: ReturnType<typeof createAnswers>;
  readonly overview: ReturnType<typeof createOverview>;
}

/** /api/studies/…: what there is to see of each study, and its control. */
export function studyRoutes(studies: ReadonlyMap<string, Served>, pace: Pace = {}): Hono {
  const { pollMs = POLL_MS, queueMs = QUEUE_REST_MS } = pace;
  const routes = new Hono();
  const linesOf = keepMetrics();
  const all = new Map<Served, Shared>();
  const sharedOf = (served: Served): Shared => {
    const known = all.get(served);
    if (known !== undefined) return known;
    const queue = watchQueue(served.folder, { restMs: queueMs });
    const look = () => lookAt(served, queue);
    const shared = {
      ...{ queue, watch: createWatch(look, pollMs), answers: createAnswers() },
      overview: createOverview(served, look, pollMs),
    };
    all.set(served, shared);
    return shared;
  };
  const within =
    (answer: (served: Served, context: Context) => Response | Promise<Response>) =>
    (context: Context): Response | Promise<Response> => {
      const found = studies.get(context.req.param("key") ?? "");
      return found === undefined
        ? refuse(context, 404, "study-unknown", "This server shows no such study.")
        : answer(found, context);
    };
  routes.get("/studies", async (context) => {
    const listed = [...studies.values()].map(async (served): Promise<StudyListing> => {
      const { key, folder, kind } = served;
      const name = served.kind === "study" ? (await served.file.read()).study.study.name : served.name;
      return { key, name, folder, kind };
    });
    return context.json(await Promise.all(listed));
  });
  routes.get("/progress", async (context) =>
    context.json(await Promise.all([...studies.values()].map((served) => sharedOf(served).overview()))),
  );
  routes.get(
    "/studies/:key",
    within(async (served, context) => context.json(await snapshotOf(served, sharedOf(served).queue))),
  );
  routes.get(
    "/studies/:key/events",
    within((served, context) => eventStream(context, sharedOf(served).watch)),
  );
  routes.get(
    "/studies/:key/observations",
    within(async (served, context) => {
      const page = await observationsPage(served, linesOf);
      return context.json(sharedOf(served).answers(page, context.req.query("since")));
    }),
  );
  routes.get(
    "/studies/:key/runs/:run",
    within(async (served, context) => {
      const found =
        served.kind === "study"
          ? await runDetails((await served.file.read()).study, context.req.param("run") ?? "")
          : undefined;
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
  const { study } = await served.file.read();
  const outcome =
    action === "resume"
      ? await resumeRuns(study, runs)
      : await holdRuns(study, action === "pause" ? "paused" : "cancelled", runs);
  return context.json(outcome);
}
