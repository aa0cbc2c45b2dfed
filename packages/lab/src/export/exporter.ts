import type { Option } from "commander";
import type { ExportInput } from "./input.js";

export const TABLE_FORMATS = ["csv", "parquet", "json"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];
export const FIGURE_FORMATS = ["svg", "png", "pdf", "vega-lite"] as const;
export type FigureFormat = (typeof FIGURE_FORMATS)[number];

export interface ExportOptions {
  readonly formats: readonly TableFormat[];
  readonly figures: readonly FigureFormat[];
  readonly theme: "light" | "dark";
  /** Values of the options that exporters declare, by commander's names. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** A line for people. */
  readonly log: (line: string) => void;
}

/** Where an exporter writes. */
export interface ExportPlace {
  /** Its files go here; they are moved to where they belong once every exporter is done. */
  readonly folder: string;
  /** Where they will lie, for formats that note their own place. */
  readonly final: string;
}

/** One file, folder or place on a server that was written. */
export interface Written {
  /** Relative to the place's folder, with forward slashes; or a URL. */
  readonly path: string;
  /** How many rows, runs or points it has, where that says something. */
  readonly count?: number;
}

/** A kind of thing that can be exported: one word of --what. */
export interface Exporter {
  readonly what: string;
  /** For the help. */
  readonly about: string;
  /** Whether --what has it unless told otherwise. */
  readonly byDefault: boolean;
  /** Why there is nothing of it in this input; undefined where there is. */
  readonly lacks: (input: ExportInput) => string | undefined;
  /** Options of its own, which the verb declares. */
  readonly options?: () => readonly Option[];
  /** What takes long without writing anything, done before all writing: fits are deaf to signals, and what is written is tidied up at them. */
  readonly prepare?: (input: ExportInput) => Promise<unknown>;
  /** Errors: IsoflopError. What it throws ends the export, and nothing of it is kept. */
  readonly write: (input: ExportInput, place: ExportPlace, options: ExportOptions) => Promise<readonly Written[]>;
}
