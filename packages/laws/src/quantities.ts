/**
 * Numbers as the field writes them, by themselves: for programs that have no use for the fits and would not wait for them to be
 * loaded. The same as in index.ts.
 */
export { parseCluster, parseFlops } from "./api/units.js";
export { DEFAULT_MFU } from "./units/accelerators.js";
export { formatCount, formatFlops } from "./units/quantity.js";
