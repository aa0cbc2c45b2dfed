import { createRequire } from "node:module";
import { engineVersions } from "@isoflop/trainer/contract";

/** Versions that a reader of a run needs to repeat it. */
export function softwareVersions(): Record<string, string> {
  return {
    isoflop: packageVersion(),
    ...engineVersions(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** The version of this package. */
export function packageVersion(): string {
  const manifest = createRequire(import.meta.url)("../../package.json") as { readonly version: string };
  return manifest.version;
}
