import type { Exporter } from "../exporter.js";
import { mlflowExporter } from "./mlflow.js";
import { tensorboardExporter } from "./tensorboard.js";
import { wandbExporter } from "./wandb.js";

/** What experiment trackers read. */
export const TRACKER_EXPORTERS: readonly Exporter[] = [tensorboardExporter, wandbExporter, mlflowExporter()];
