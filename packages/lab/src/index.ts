// The library: laws, fits, forecasts, plans. Pure mathematics, the same in the browser. Studies, which train and read
// files, are "isoflop/lab": importing this starts no database and no trainer.
export * from "@isoflop/laws";
