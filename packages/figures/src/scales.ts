// Axes, numbers and colours of the figures without the figures: for what draws too much for SVG.
export { decimalFormat, formatCount, formatFlops, formatLoss } from "./format.js";
export { categoryColor, RAMP_STEPS, rampColor, rampStep } from "./palette.js";
export { evenTicks, logDomain, logTicks } from "./ticks.js";
