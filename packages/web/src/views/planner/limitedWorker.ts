// Beside the page, so that it stays at the reader's hand: a search for each of a fit's draws takes a tenth to half of a second.
import { type LimitedRequest, limitedIntervals } from "./planLaw.js";

addEventListener("message", ({ data }: MessageEvent<LimitedRequest>) => {
  const { id, flops, unique } = data;
  postMessage({ id, flops, unique, intervals95: limitedIntervals(data) });
});
