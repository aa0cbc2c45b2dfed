import * as Plot from "@observablehq/plot";
import { countAxis, lossAxis } from "./axes.js";
import { computeIn } from "./compute.js";
import type { IsoflopProfile, IsoflopProfilesData, Parabola } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { sequenceLegend } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, faintInk, logColorScale } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "IsoFLOP profiles",
    verdict: (fitted: number, all: number, unusable: number) =>
      `${fitted} of ${all} budgets have a minimum with runs on both sides${unusable > 0 ? `; ${unusable} (hollow) not used: on an edge, or without a parabola` : ""}.`,
    minimum: (flops: string, parameters: string, loss: string) => `${flops}: ${parameters} parameters, loss ${loss}`,
    caption: (verdict: string) =>
      `Final loss against model size at fixed compute, one parabola in log N for each budget. ${verdict}`,
    description: (verdict: string, minima: readonly string[]) => `${verdict} ${minima.join("; ")}.`,
    used: "minimum, used",
    unused: "edge or no parabola, not used",
    point: (n: string, flops: string, loss: string) => `N ${n}, ${flops}\nloss ${loss}`,
  },
  {
    title: "IsoFLOP プロファイル",
    verdict: (fitted, all, unusable) =>
      `${all} 個の計算予算のうち ${fitted} 個で、両側にランのある極小が得られた${unusable > 0 ? `。${unusable} 個 (中抜き) は端にあるか放物線が引けないため使わない` : ""}。`,
    minimum: (flops, parameters, loss) => `${flops}: パラメータ数 ${parameters}、損失 ${loss}`,
    caption: (verdict) =>
      `計算量を固定したときの最終損失とモデルサイズ。計算予算ごとに log N の放物線を 1 本フィットする。${verdict}`,
    description: (verdict, minima) => `${verdict}${minima.length > 0 ? `${minima.join("; ")}。` : ""}`,
    used: "極小 (使用)",
    unused: "端または放物線なし (不使用)",
    point: (n, flops, loss) => `N ${n}、${flops}\n損失 ${loss}`,
  },
);

function parabolaLine(parabola: Parabola, profile: IsoflopProfile): { parameters: number; loss: number }[] {
  const sizes = profile.points.map((point) => point.parameters);
  return logSpace(Math.min(...sizes), Math.max(...sizes), 64).map((parameters) => ({
    parameters,
    loss: parabola.loss + parabola.curvature * Math.log(parameters / parabola.parameters) ** 2,
  }));
}

/** Final loss against N at fixed compute, with each profile's parabola and minimum: Hoffmann et al. 2022, Figure 3 left. */
export function isoflopProfiles(data: IsoflopProfilesData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const profiles = data.profiles
    .filter((profile) => profile.points.length > 0)
    .map((profile) => ({ ...profile, line: profile.parabola ? parabolaLine(profile.parabola, profile) : [] }));
  const color = logColorScale(profiles.map((profile) => profile.budget));
  const minima = profiles.flatMap(({ budget, minimum }) => (minimum ? [{ ...minimum, budget }] : []));
  const fitted = minima.filter((minimum) => minimum.status === "fitted");
  const unusable = minima.filter((minimum) => minimum.status !== "fitted");
  const points = profiles.flatMap(({ budget, points }) => points.map((point) => ({ ...point, budget })));
  const lowest = fitted.map((minimum) =>
    text.minimum(unit.text(minimum.budget), formatCount(minimum.parameters), formatLoss(minimum.loss)),
  );
  const verdict = text.verdict(fitted.length, profiles.length, unusable.length);

  return frame(options, {
    name: "isoflop-profiles",
    title: text.title,
    caption: text.caption(verdict),
    description: text.description(verdict, lowest),
    draw: ({ width, narrow }) => {
      const height = narrow ? 330 : 430;
      const x = logDomain(
        points.map((point) => point.parameters),
        0.04,
      );
      const y = logDomain(
        [...points, ...minima].map((point) => point.loss),
        0.06,
      );
      const inside = (loss: number): boolean => loss >= y[0] && loss <= y[1];
      return {
        legend: [
          sequenceLegend(
            term.budget(unit.name),
            profiles.map((profile) => profile.budget),
            color,
            unit.number,
            "dot",
            12,
          ),
          {
            entries: [
              ...(fitted.length > 0 ? [{ label: text.used, mark: "diamond" as const, color: faintInk }] : []),
              ...(unusable.length > 0 ? [{ label: text.unused, mark: "ring" as const, color: faintInk }] : []),
              ...leftOutEntry(options),
            ],
          },
        ],
        panels: [
          {
            height,
            marginLeft: 42,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: countAxis(term.parametersN, x, width - 58),
            y: lossAxis(term.finalLoss(lossUnitText(options)), y, height - 62),
            marks: [
              ...profiles.map((profile) =>
                Plot.line(
                  profile.line.filter((point) => inside(point.loss)),
                  {
                    x: "parameters",
                    y: "loss",
                    stroke: color(profile.budget),
                    strokeWidth: 1.5,
                    strokeOpacity: 0.8,
                    ...(profile.minimum?.status === "fitted" ? {} : { strokeDasharray: "4 3" }),
                  },
                ),
              ),
              Plot.dot(points, {
                x: "parameters",
                y: "loss",
                r: 3.25,
                fill: (point: { budget: number }) => color(point.budget),
                title: (point: (typeof points)[number]) =>
                  `${point.name}\n${text.point(formatCount(point.parameters), unit.text(point.budget), formatLoss(point.loss, 4))}`,
                ...runDots(points, options),
              }),
              Plot.dot(unusable, {
                x: "parameters",
                y: "loss",
                r: 6,
                stroke: (minimum: { budget: number }) => color(minimum.budget),
                strokeWidth: 1.75,
                fill: "none",
              }),
              Plot.dot(fitted, {
                x: "parameters",
                y: "loss",
                r: 6,
                symbol: "diamond",
                fill: (minimum: { budget: number }) => color(minimum.budget),
                stroke: background,
                strokeWidth: 1,
              }),
            ],
          },
        ],
      };
    },
  });
}
