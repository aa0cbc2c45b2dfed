import { computeIn } from "./compute.js";
import type { ProfileLikelihoodData } from "./data.js";
import { formatAmount } from "./format.js";
import { formerEntry } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { textWidth } from "./legend.js";
import { ink } from "./palette.js";
import { bootstrapColor, curveColor, isInfinite, profilePanel } from "./profilePanel.js";

const texts = bilingual(
  {
    title: "How firmly the runs hold each quantity: profile likelihoods",
    estimated: (name: string, estimate: string) => `${name} ${estimate}`,
    infinite: "infinite",
    closed: (name: string, low: string, high: string) => `${name} (${low}–${high})`,
    open: (name: string, low: string | undefined, high: string | undefined) =>
      low === undefined && high === undefined
        ? `${name} (no end on either side)`
        : low === undefined
          ? `${name} (at most ${high}, no lower end)`
          : `${name} (at least ${low}, no upper end)`,
    unknown: (name: string) => `${name}, interval unknown`,
    bootstrapped: (words: string, low: string, high: string) => `${words}, bootstrap ${low}–${high}`,
    result: (all: readonly string[]) =>
      all.length === 0 ? "No profile was computed." : `Estimates with 95 % intervals: ${all.join("; ")}.`,
    at: (flops: string) => ` N_opt and L_opt are for ${flops}.`,
    onlyN: (flops: string) => ` N_opt is for ${flops}.`,
    held: (names: string) => ` ${names} were held: their uncertainty is in the bootstrap alone.`,
    caption: (notes: string) =>
      `Each curve: how much worse the best fit becomes when one quantity is held at a value and all others are free. Values whose curve is below the dashed line are those that the runs allow (95 %). A quantity in a narrow valley is well known; in a lopsided or flat one it is less certain than a standard error says.${notes}`,
    rise: "Rise (95 % level = 1)",
    level: "95 % level",
    estimate: "estimate",
    profile: "profile",
    interval: "95 % interval by the profile",
    bootstrap: "95 % interval by the bootstrap",
  },
  {
    title: "各量はどれだけ確かか: プロファイル尤度",
    estimated: (name, estimate) => `${name} ${estimate}`,
    infinite: "無限大",
    closed: (name, low, high) => `${name} (${low}–${high})`,
    open: (name, low, high) =>
      low === undefined && high === undefined
        ? `${name} (上端も下端もない)`
        : low === undefined
          ? `${name} (${high} 以下、下端はない)`
          : `${name} (${low} 以上、上端はない)`,
    unknown: (name) => `${name} (区間は不明)`,
    bootstrapped: (words, low, high) => `${words}、ブートストラップ ${low}–${high}`,
    result: (all) =>
      all.length === 0 ? "プロファイルは計算されていない。" : `推定値と 95% 信頼区間: ${all.join("; ")}。`,
    at: (flops) => `N_opt と L_opt は ${flops} でのもの。`,
    onlyN: (flops) => `N_opt は ${flops} でのもの。`,
    held: (names) => `${names} は固定しており、その不確かさはブートストラップにのみ含まれる。`,
    caption: (notes) =>
      `各曲線は、1 つの量をある値に固定し、ほかを自由にしたときに最良のフィットがどれだけ悪くなるかを示す。曲線が破線より下にある値が、ランから許される値 (95%) である。谷が狭ければよく決まっており、非対称または平坦なら標準誤差が示すより不確かである。${notes}`,
    rise: "上昇 (95% 水準 = 1)",
    level: "95% 水準",
    estimate: "推定値",
    profile: "プロファイル",
    interval: "プロファイルによる 95% 信頼区間",
    bootstrap: "ブートストラップによる 95% 信頼区間",
  },
);

/** The profile of each quantity's likelihood, with its estimate, its 95 % interval and the bootstrap's. */
export function profileLikelihood(data: ProfileLikelihoodData, options: FigureOptions): HTMLElement {
  const text = inLanguage(texts, options);
  const unit = computeIn(options);
  const { parameters, flops, held = [] } = data;
  const told = parameters.map((curve) => {
    const { name, estimate, interval95, bootstrap95, open = [] } = curve;
    const format = (value: number): string =>
      isInfinite(curve, value) ? text.infinite : curve.compute ? unit.number(value) : formatAmount(value);
    const named = curve.compute ? `${name} (${unit.name})` : name;
    const short = text.estimated(named, format(estimate));
    const [low, high] = (interval95 ?? []).map(format);
    const ends = [open.includes("low") ? undefined : low, open.includes("high") ? undefined : high] as const;
    const long =
      interval95 === undefined
        ? text.unknown(short)
        : open.length === 0
          ? text.closed(short, low ?? "", high ?? "")
          : text.open(short, ...ends);
    const whole =
      bootstrap95 === undefined ? long : text.bootstrapped(long, format(bootstrap95[0]), format(bootstrap95[1]));
    return { curve, labels: [long, short, named], whole };
  });
  const words = told.map(({ whole }) => whole);
  const has = (name: string): boolean => parameters.some((curve) => curve.name === name);
  const at = flops === undefined || !has("N_opt") ? "" : (has("L_opt") ? text.at : text.onlyN)(unit.text(flops));
  const notes = `${at}${held.length > 0 ? text.held(held.join(", ")) : ""}`;
  const result = `${text.result(words)}${notes}`;
  const bootstrapped = parameters.some(({ bootstrap95 }) => bootstrap95 !== undefined);
  return frame(options, {
    name: "profile-likelihood",
    title: text.title,
    caption: text.caption(parameters.length === 0 ? ` ${result}` : notes),
    description: result,
    draw: (room) => {
      const columns = room.narrow ? 2 : 3;
      return {
        legend: [
          {
            entries: [
              { label: text.profile, mark: "line", color: curveColor },
              { label: text.level, mark: "dashes", color: ink },
              { label: text.estimate, mark: "dot", color: ink },
              { label: text.interval, mark: "band", color: curveColor },
              ...(bootstrapped ? [{ label: text.bootstrap, mark: "thick-line" as const, color: bootstrapColor }] : []),
              ...formerEntry(options),
            ],
          },
        ],
        columns,
        panels: told.map(({ curve, labels }) => {
          const width = room.width / columns;
          const label = labels.find((one) => textWidth(one, room.fontSize) < width - 8) ?? curve.name;
          return profilePanel(curve, { ...room, width }, { label, rise: text.rise, bootstrapped, unit });
        }),
      };
    },
  });
}
