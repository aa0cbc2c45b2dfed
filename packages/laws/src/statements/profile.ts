import { refusal } from "./refusal.js";

/** Why a fit has no profile likelihoods. */
export const profileErrors = {
  "no-likelihood": () =>
    refusal(
      "Approach 1 has no likelihood: the points of its envelope are a few smoothed curves read again and again, and do not err independently of each other. Intervals from them held a planted exponent in 10 to 85 of 100 simulated studies.",
      "Read the bootstrap's interval, which draws whole runs.",
    ),
  "no-profile": (v: { law: "Approach 2" | "Kaplan's L(C)"; points: number }) =>
    refusal(
      `${v.law} passes through its ${v.points} ${v.law === "Approach 2" ? "minima" : "points of the frontier"} exactly: nothing is left over that would tell how far off they are.`,
      "Train at one more budget; the bootstrap's interval rests on the noise of single runs and stands.",
    ),
  "no-profile/decay": () =>
    refusal(
      "Neither R_D* nor R_N* was fitted: there is nothing to profile.",
      "Fit with repeated data or excess parameters free to lose value (decaying).",
    ),
} as const;
