import type { LeftOut, ProfileReason } from "@isoflop/laws/statements";
import { decayScale } from "@isoflop/laws/statements";

export { percent, shown } from "@isoflop/laws/statements";

/** Why a profile has no minimum to fit. */
export const PROFILE_REASONS: Readonly<Record<ProfileReason, string>> = {
  "too-few": "サイズが 3 つ未満です",
  "non-convex": "放物線が下に凸ではなく、極小がありません",
  "below-sizes": "極小が最小のサイズ以下にあります",
  "above-sizes": "極小が最大のサイズ以上にあります",
  "no-loss": "放物線の極小が正の損失になりません",
  "smallest-best": "最小のサイズの損失が最も低く、極小より小さい側で損失の上昇を示すランがありません",
  "largest-best": "最大のサイズの損失が最も低く、極小より大きい側で損失の上昇を示すランがありません",
  "lost-to-noise": "シードによるノイズの下では、極小の半数以上が最小または最大のサイズに来ます",
};

/** What a fit was made again without. */
export function leftOutText({ what, upTo, scale }: LeftOut): string {
  if (what === "smallest-rows") return `${scale} が最も小さい行 (${upTo.toPrecision(3)} 以下) `;
  const flops = `${upTo.toExponential(2)} FLOPs`;
  if (what === "lowest-quarter") return `包絡線の下から 4 分の 1 (${flops} 以下) `;
  return what === "smallest-budgets" ? `最小側の計算予算 (${flops} 以下) ` : `最小の計算予算 (${flops}) `;
}

/** A fitted value as the subject of a sentence: what follows stands close to it. */
export const fittedValue = (symbol: string): string =>
  symbol === "a" ? "指数 a " : symbol.startsWith("1/") ? `減衰率 ${symbol} ` : `${symbol} `;

/** Tied parameters are joined by an equals sign already. */
export const boundedName = (name: string): string => name.replaceAll(" = ", "、");

/** "E 1.69、alpha 0.34". */
export const constants = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join("、");

/** Other minima, and how much higher the lowest of them is. */
export function another(rivals: number, excess: number): string {
  const higher = `${(100 * excess).toPrecision(2)}%`;
  return rivals === 1
    ? `目的関数が ${higher} 高いだけの別の極小があります`
    : `ほかに ${rivals} 個の極小があり、最も低いものは目的関数が ${higher} 高いだけです`;
}

/** What R_D* and R_N* are of. */
export const repeated = (name: "RD" | "RN"): string => (name === "RD" ? "反復したデータ" : "過剰なパラメータ");

/** A minimum of the data-constrained objective. */
export const decayMinimum = (minimum: { readonly RD: number; readonly RN: number; readonly objective: number }) =>
  `RD ${decayScale(minimum.RD, "無限大")}、RN ${decayScale(minimum.RN, "無限大")} (目的関数 ${minimum.objective.toPrecision(6)})`;

const TRACKER_STATES: Readonly<Record<string, string>> = {
  running: "実行中",
  crashed: "クラッシュ",
  failed: "失敗",
  killed: "強制終了",
};

/** How a tracker calls a run that has not finished. */
export const trackerState = (state: string): string =>
  (Object.hasOwn(TRACKER_STATES, state) ? TRACKER_STATES[state] : undefined) ?? state;
