import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { refuse } from "../security.js";
import type { Watch } from "./watch.js";

/** Listeners of one study at a time: pages that a browser has open. */
export const MOST_LISTENERS = 32;

/** Keeps proxies from closing a connection that has nothing to say, and shows which are gone. */
const HEARTBEAT_MS = 15_000;
/** How soon a browser asks again after a connection was lost. */
const RETRY_MS = 2000;

/**
 * What a watch tells, as server-sent events. The next message is made when the one before it has been taken: a slow client holds up
 * nobody, and nothing piles up for it.
 */
export function eventStream(context: Context, watch: Watch): Response {
  if (context.req.raw.method === "HEAD") return context.body(null, 200, { "Content-Type": "text/event-stream" });
  if (watch.listeners() >= MOST_LISTENERS) {
    return refuse(
      context,
      503,
      "listeners",
      `${MOST_LISTENERS} pages listen to this study already.`,
      "Close one of them.",
    );
  }
  return streamSSE(context, async (stream) => {
    const listener = watch.join();
    stream.onAbort(listener.leave);
    try {
      await stream.write(`retry: ${RETRY_MS}\n\n`);
      for (;;) {
        const messages = await listener.next(HEARTBEAT_MS);
        if (messages === undefined || stream.aborted) return;
        if (messages.length === 0) await stream.write(":\n\n");
        for (const { event, data } of messages) await stream.writeSSE({ event, data: JSON.stringify(data) });
      }
    } finally {
      listener.leave();
    }
  });
}
