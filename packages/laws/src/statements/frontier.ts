/** What fits of L_opt(C) warn of. */
export const frontierSentences = {
  "parameter-at-bound/frontier": () =>
    "The losses show no irreducible loss: L_opt(C) is a pure power law, E = 0 or gamma at its bound.",
  "second-basin/frontier": (v: { E: number; gamma: number; ownE: number; ownGamma: number }) =>
    `L_opt(C) has another minimum, which the losses cannot tell from the fit: E ${v.E.toPrecision(4)}, gamma ${v.gamma.toPrecision(3)} (here E ${v.ownE.toPrecision(4)}, gamma ${v.ownGamma.toPrecision(3)}).`,
  "ill-conditioned/frontier": (v: { condition: number }) =>
    `L_opt(C) has condition number ${v.condition.toExponential(0)} in E, k and gamma: the losses hardly determine how much of them is irreducible.`,
} as const;
