/** The files that a figure is to be had as. */
export const FORMATS = ["svg", "png", "csv", "json"] as const;
export type FigureFormat = (typeof FORMATS)[number];
