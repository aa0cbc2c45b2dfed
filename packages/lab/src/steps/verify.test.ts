import { expect, test } from "vitest";
import { type Verification, verificationText } from "./verify.js";

const run = { id: "a", name: "a", parameters: 1e5, tokens: 2e6, flops: 1.2e12, predicted: 1.5, measured: 1.4 };
const judged = (approach: string): Verification => ({
  approach,
  budgets: [
    {
      budget: 1.2e12,
      runs: [
        {
          ...run,
          role: "holdout-optimum",
          law: approach === "2" ? "isoflop-power-law" : "chinchilla",
          predictionInterval95: [1.3, 1.6],
          held: true,
        },
        {
          ...run,
          role: "holdout-larger",
          law: approach === "2" ? "isoflop-power-law, chinchilla" : "chinchilla",
          predictionInterval95: [1.45, 1.6],
          held: false,
        },
      ],
    },
  ],
});

test("a run that another law than the chosen approach's forecast is told with that law", () => {
  const [head, optimum, larger] = verificationText(judged("2"));
  expect(head).toBe("Hold-out at 1.2e12 FLOPs, forecast by Approach 2 before it was trained:");
  expect(optimum).toMatch(
    /; forecast 1\.5000 \[1\.3000, 1\.6000\]; measured 1\.4000: inside the interval, the forecast held$/,
  );
  expect(larger).toMatch(
    /; forecast 1\.5000 \[1\.4500, 1\.6000\] by Approaches 2 and 3; measured 1\.4000: outside the interval, the forecast FAILED$/,
  );
  expect(verificationText(judged("3")).join("\n")).not.toContain("by Approach 3;");
  // For Approach 1, which forecasts no validation loss, L(N, D) does for both.
  expect(
    verificationText(judged("1"))
      .join("\n")
      .match(/by Approach 3;/g),
  ).toHaveLength(2);
});
