import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Asset } from "./assets.js";
import { explain } from "./problems.js";
import { type Access, guard, refuse, safeHeaders } from "./security.js";
import type { Served } from "./served.js";
import { type Pace, studyRoutes } from "./studyRoutes.js";

/** What a server is made of. */
export interface AppOptions {
  readonly studies: readonly Served[];
  readonly assets: ReadonlyMap<string, Asset>;
  readonly access: Access;
  readonly pace?: Pace;
}

/** No request that this server knows is longer, bytes. */
const LONGEST_BODY = 64 * 1024;

/** The dashboard's server, as a function of requests: pages, the API, and whom it answers. */
export function createApp({ studies, assets, access, pace }: AppOptions): Hono {
  const app = new Hono();
  app.use(safeHeaders);
  app.use(guard(access));
  app.use(
    bodyLimit({
      maxSize: LONGEST_BODY,
      onError: (context) => refuse(context, 413, "body-size", `A request is at most ${LONGEST_BODY} bytes long.`),
    }),
  );
  app.route("/api", studyRoutes(new Map(studies.map((study) => [study.key, study])), pace));
  app.get("*", (context) => {
    const asset = assets.get(context.req.path);
    if (asset === undefined) return refuse(context, 404, "not-found", "There is nothing at this address.");
    const packed = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
    return context.body(packed ? asset.gzipped : asset.body, 200, {
      "Content-Type": asset.type,
      "Cache-Control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
      Vary: "Accept-Encoding",
      ...(packed ? { "Content-Encoding": "gzip" } : {}),
    });
  });
  app.notFound((context) => refuse(context, 404, "not-found", "There is nothing at this address."));
  app.onError((error, context) => explain(error, context));
  return app;
}
