import type { Exporter } from "../exporter.js";

/** What experiment trackers read. */
export const TRACKER_EXPORTERS: readonly Exporter[] = [];
