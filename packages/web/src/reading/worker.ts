// The worker that reads dropped files: nothing of them leaves it but what the page shows.
import { createImporter } from "./importer.js";
import type { Report, Request } from "./protocol.js";

const handle = createImporter((report: Report) => {
  postMessage(report);
});
addEventListener("message", ({ data }: MessageEvent<Request>) => {
  void handle(data);
});
