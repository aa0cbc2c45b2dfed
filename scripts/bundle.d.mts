export const LARGEST_BUNDLE: number;
export const bundleFile: string;
export function bundleLibrary(): Promise<{
  readonly code: string;
  readonly gzipped: number;
  readonly parts: readonly (readonly [folder: string, bytes: number])[];
}>;
export function writeBundle(log: (line: string) => void): Promise<void>;
