/** What a kind of experiment tracker must offer for its runs to be imported: it says what was logged, and decides nothing. */

/** One value of one scalar series. */
export interface TrackedPoint {
  readonly key: string;
  readonly step: number;
  readonly value: number;
  /** Wall time in seconds since 1970. */
  readonly time?: number;
}

/** Points one after the other; `for await` takes either. */
export type TrackedPoints = Iterable<TrackedPoint> | AsyncIterable<TrackedPoint>;

/** One run as a tracker logged it, before anything is decided about it. */
export interface TrackedRun {
  readonly id: string;
  readonly name: string;
  /** Path or URL of origin. */
  readonly source: string;
  /** As logged, nested or not; flattened later with dots. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
  /** finished | running | crashed | failed, as the tracker says. */
  readonly state?: string;
  readonly tags?: readonly string[];
  /**
   * Points of every scalar series, streamed, so a run of any length fits in memory. Files that lie here are read without
   * awaiting, which would take longer than all the rest.
   */
  readonly series: () => TrackedPoints;
  /** What was odd in reading (a torn last record, lines left out), with file and place; whole once the series were read. */
  readonly notices?: () => readonly string[];
}

/** A file, or a folder with the names of what is in it. */
export interface Place {
  readonly path: string;
  /** Undefined of a file. */
  readonly names: readonly string[] | undefined;
}

/** A kind of tracker's files. */
export interface ImportSource {
  readonly name: string;
  /** False where names alone tell that it is no run: `recognises` is then not asked, for which files are opened. */
  readonly mayBe?: (place: Place) => boolean;
  /** Whether this path (file or folder) is one run of it; cheap. */
  readonly recognises: (path: string) => Promise<boolean>;
  /** Where a path holds many runs (a database, a chart's table, a server): a path for each, which `open` and `fingerprint` take. */
  readonly runs?: (path: string) => Promise<readonly string[]>;
  readonly open: (path: string) => Promise<TrackedRun>;
  /** Changes when the run's data do (size + mtime of its files is enough): for incremental import. */
  readonly fingerprint: (path: string) => Promise<string>;
  /** A run's folder may hold folders of other runs: they are looked at too. Otherwise what is below belongs to the run. */
  readonly nested?: true;
  /** Its runs share no file, connection or memory: several may be read at once, by threads that know it by its name. */
  readonly independent?: true;
}
