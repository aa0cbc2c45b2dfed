// Beside the page, so that it stays at the reader's hand: a search for each of a fit's draws takes a tenth to half of a second.
import { type IntervalRequest, intervalsOf } from "./intervals.js";

addEventListener("message", ({ data }: MessageEvent<IntervalRequest>) => {
  const { fit: _, ...asked } = data;
  postMessage({ ...asked, intervals95: intervalsOf(data) });
});
