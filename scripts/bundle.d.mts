export const LARGEST_BUNDLE: number;
export function bundleLibrary(entry?: string): Promise<{
  readonly code: string;
  readonly gzipped: number;
  readonly parts: readonly (readonly [folder: string, bytes: number])[];
}>;
export function writeBundles(log: (line: string) => void): Promise<void>;
