/** Keeps the site's files in the browser, so that it opens without a network from the second time on. */
export function keepOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  // Refused in private windows and where the host is neither https nor this machine: the site works, but online alone.
  navigator.serviceWorker.register("./sw.js").catch(() => {});
}
