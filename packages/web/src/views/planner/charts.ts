// The planner's figures, fetched after its numbers.
export { lossValley, modelMap } from "@isoflop/figures";
