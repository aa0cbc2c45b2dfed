import { timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { ApiError } from "./api.js";

/** Who may speak to the server. */
export interface Access {
  /** Host headers that are answered, in lower case with the port: what makes DNS rebinding useless. */
  readonly hosts: ReadonlySet<string>;
  /** Asked of every request when the server can be reached from elsewhere. */
  readonly token?: string;
}

/** Cookies are shared by all ports of a host: each server has its own. */
const cookieOf = (context: Context): string =>
  `isoflop-${/:(\d+)$/.exec(context.req.header("host") ?? "")?.[1] ?? "80"}`;

/** No script but the server's own files, nothing from elsewhere, no frame around the page. Figures set styles on their elements. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** The headers that every answer carries. */
export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

/** Refuses whoever is not meant: a strange Host, another site's page, a missing token, a change without its form. */
export function guard(access: Access): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    const host = context.req.header("host")?.toLowerCase() ?? "";
    if (!access.hosts.has(host)) {
      return refuse(
        context,
        403,
        "host",
        "This server does not answer to that name.",
        "Open the address that isoflop serve printed.",
      );
    }
    const site = context.req.header("sec-fetch-site");
    if (site !== undefined && site !== "same-origin" && site !== "none" && !isLink(context, site)) {
      return refuse(context, 403, "cross-site", "Another site's page asked for this.");
    }
    const origin = context.req.header("origin")?.toLowerCase();
    if (origin !== undefined && origin !== `http://${host}`) {
      return refuse(context, 403, "origin", "Another site's page asked for this.");
    }
    if (method !== "GET" && method !== "HEAD") {
      if (method !== "POST") return refuse(context, 405, "method", "Only GET, HEAD and POST are answered.");
      if (!/^application\/json\s*(;|$)/i.test(context.req.header("content-type") ?? "")) {
        return refuse(context, 415, "content-type", "A change is asked for as application/json.");
      }
    }
    if (access.token !== undefined && !knows(context, access.token)) {
      const given = context.req.query("token");
      if (method === "GET" && given !== undefined && same(given, access.token)) {
        setCookie(context, cookieOf(context), access.token, { httpOnly: true, sameSite: "Strict", path: "/" });
        context.header("Cache-Control", "no-store");
        return context.redirect("/", 303);
      }
      return refuse(
        context,
        401,
        "token",
        "This server asks for its token.",
        "Open the address with ?token=… that isoflop serve printed.",
      );
    }
    return next();
  };
}

/** A link on another site may open a page, in a tab and not in a frame: what there is to show, the page asks for itself. */
function isLink({ req }: Context, site: string): boolean {
  return (
    (site === "cross-site" || site === "same-site") &&
    req.method === "GET" &&
    req.header("sec-fetch-mode") === "navigate" &&
    (req.header("sec-fetch-dest") ?? "document") === "document" &&
    !/^\/api(\/|$)/.test(req.path)
  );
}

function knows(context: Context, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "")?.[1];
  const given = bearer ?? getCookie(context, cookieOf(context));
  return given !== undefined && same(given, token);
}

function same(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** An answer that is no success, in the one form that they all have. */
export function refuse(
  context: Context,
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 500 | 503,
  code: string,
  message: string,
  hint?: string,
): Response {
  const body: ApiError = { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
  return context.json(body, status);
}
