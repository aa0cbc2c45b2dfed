/** What forecasts warn of. */
export const forecastSentences = {
  "few-minima/forecast": () => "Two minima show no irreducible loss: the loss forecast is too low beyond them.",
  extrapolation: (v: { factor: number; than: "largest" | "smallest" }) =>
    `The budget is ${v.factor.toPrecision(2)} times the ${v.than} that was fitted.`,
} as const;
