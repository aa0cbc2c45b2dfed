import { bilingual, inLanguage, type Language } from "../language.js";

/** Runs that no fit has seen, by their part in a study; and the procedures of a backtest by their names in packages/laws. */
const names = bilingual(
  {
    roles: { "holdout-optimum": "forecast optimum", "holdout-larger": "larger model", fit: "run" },
    procedures: {
      "1": "1 envelope",
      "2": "2 isoFLOP profiles",
      "3": "3 parametric",
      "3-least-squares": "3 least squares",
      kaplan: "Kaplan L(N,D)",
      "kaplan-compute": "Kaplan L(C)",
    },
  },
  {
    roles: { "holdout-optimum": "予測した最適モデル", "holdout-larger": "より大きいモデル", fit: "ラン" },
    procedures: {
      "1": "アプローチ 1",
      "2": "アプローチ 2",
      "3": "アプローチ 3",
      "3-least-squares": "アプローチ 3 (最小二乗)",
      kaplan: "Kaplan L(N,D)",
      "kaplan-compute": "Kaplan L(C)",
    },
  },
);

interface Told {
  readonly language?: Language;
}

/** What a run is called that no fit has seen. */
export const roleName = (role: "holdout-optimum" | "holdout-larger" | "fit", told: Told): string =>
  inLanguage(names, told).roles[role];

/** What a procedure is called in legends; its own label where it is none of ours. */
export const procedureName = (name: string, label: string, told: Told): string =>
  (inLanguage(names, told).procedures as Readonly<Record<string, string>>)[name] ?? label;

/** What the mark of a run is called, and found by. */
export function named(id: string | undefined, names: ReadonlyMap<string, string>): { id?: string; name: string } {
  return id === undefined ? { name: "" } : { id, name: names.get(id) ?? id };
}
