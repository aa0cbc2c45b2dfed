import { Hono } from "hono";
import { z } from "zod";
import { holdRuns, resumeRuns } from "../steps/control.js";
import type { StudyListing } from "./api.js";
import { observationsPage } from "./observationsPage.js";
import { refuse } from "./security.js";
import type { ServedStudy } from "./served.js";
import { snapshotOf } from "./snapshot.js";

const controlSchema = z.strictObject({
  action: z.enum(["pause", "resume", "cancel"]),
  runs: z.array(z.string().max(512)).max(1000).optional(),
});

/** /api/studies/…: what there is to see of each study, and its control. */
export function studyRoutes(studies: ReadonlyMap<string, ServedStudy>): Hono {
  const routes = new Hono();
  routes.get("/studies", (context) => {
    const listed: StudyListing[] = [...studies.values()].map(({ key, name, folder, kind }) => ({
      key,
      name,
      folder,
      kind,
    }));
    return context.json(listed);
  });
  const served = (key: string): ServedStudy | undefined => studies.get(key);
  routes.get("/studies/:key", async (context) => {
    const found = served(context.req.param("key"));
    return found === undefined ? unknownStudy(context) : context.json(await snapshotOf(found));
  });
  routes.get("/studies/:key/observations", async (context) => {
    const found = served(context.req.param("key"));
    return found === undefined ? unknownStudy(context) : context.json(await observationsPage(found));
  });
  routes.post("/studies/:key/control", async (context) => {
    const found = served(context.req.param("key"));
    if (found === undefined) return unknownStudy(context);
    const asked = controlSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!asked.success)
      return refuse(context, 400, "control", "An action is pause, resume or cancel, of runs by id or of all.");
    const { action, runs = [] } = asked.data;
    const outcome =
      action === "resume"
        ? await resumeRuns(found.study, runs)
        : await holdRuns(found.study, action === "pause" ? "paused" : "cancelled", runs);
    return context.json(outcome);
  });
  return routes;
}

const unknownStudy = (context: Parameters<typeof refuse>[0]): Response =>
  refuse(context, 404, "study-unknown", "This server shows no such study.");
