import type { Check } from "./check.js";
import type { Conformance } from "./conformance.js";

/** One line, as soon as a promise has been tried. */
export function checkLine({ kept, promise, essential, detail }: Check): string {
  const mark = kept === undefined ? "?" : kept ? "kept" : essential ? "BROKEN" : "not kept";
  return `${mark.padEnd(8)}  ${promise}${detail === undefined ? "" : `\n          ${detail.replaceAll("\n", "\n          ")}`}`;
}

/** What the checks come to. */
export function conformanceText({ conforms, checks }: Conformance): string {
  const count = (of: (check: Check) => boolean) => checks.filter(of).length;
  const kept = `${count(({ kept }) => kept === true)} of ${checks.length} promises kept`;
  const broken = checks.filter(({ essential, kept }) => essential && kept !== true);
  if (conforms) {
    const not = count(({ kept }) => kept === false);
    return `${kept}. A study can be trained by it${not === 0 ? "" : `, without what is not kept (${not})`}.\n`;
  }
  return `${kept}. A study cannot be trained by it: ${broken.map(({ id }) => id).join(", ")}. The contract: docs/contract.md\n`;
}
