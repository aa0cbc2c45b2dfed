import {
  type FigureOptions,
  figuresOf,
  formatEstimate,
  isoflopProfiles,
  kaplanLaws,
  lossContours,
  profilesOf,
} from "@isoflop/figures";
import { useMemo } from "preact/hooks";
import { Figure } from "../../components/Figure.js";
import { FigureTools } from "../../components/FigureTools.js";
import { inLocale, locale } from "../../i18n/locale.js";
import { ownLaws } from "../../state/fittedLaws.js";
import type { Observed } from "../../state/observations.js";
import { address } from "../../state/route.js";
import { figureData } from "../laws/figureData.js";
// The laws' own worker fits, here as in their view.
import { budget, told } from "../laws/fitting.js";
import { lawRows } from "./lawRows.js";
import { runTexts } from "./runTexts.js";

interface LiveLawsProps {
  readonly observed: Observed;
  /** What is said while there is nothing to draw. */
  readonly waiting: string;
}

/**
 * What the runs that have ended come to, refitted as they do: isoFLOP profiles (Approach 2 of Hoffmann et al. 2022) where the design has
 * budgets, figure 1 of Kaplan et al. 2020 where it has their parts, else the contours of L(N, D); and the exponents of all procedures.
 */
export function LiveLaws({ observed, waiting }: LiveLawsProps) {
  const t = inLocale(runTexts).laws;
  const { records, names, source } = observed;
  const language = locale.value;
  const profiles = useMemo(() => {
    const found = profilesOf(records).filter(({ points }) => points.length >= 3);
    const sources = { profiles: found, records, names: new Map(Object.entries(names)) };
    return found.length === 0 ? undefined : figuresOf({ ...NOTHING_ELSE, ...sources, language }).isoflopProfiles;
  }, [records, names, language]);
  const now = told.value;
  const recounted = now.runs?.recounted !== undefined;
  const at = budget.value;
  const others = useMemo(
    () =>
      profiles === undefined && now.runs !== undefined && !recounted
        ? figureData(now.runs, now, { compare: [], budget: at, language, lawNames: {}, influenced: "a" })
        : undefined,
    [profiles, now, at, language, recounted],
  );
  const rows = lawRows(ownLaws.value.map(({ fit }) => fit));
  const title = t.title;
  // A ladder along one ray has one law beside B_crit(L), which any design may have.
  const isKaplan = (observed.parts?.filter(({ law }) => law !== "loss-frontier").length ?? 0) > 1;
  return (
    <>
      {profiles !== undefined ? (
        <Drawn name="isoflop-profiles" {...{ title }} draw={isoflopProfiles} data={profiles} />
      ) : others?.lossContours !== undefined && !isKaplan ? (
        <Drawn name="loss-contours" {...{ title }} draw={lossContours} data={others.lossContours} />
      ) : others?.kaplanLaws !== undefined ? (
        <Drawn name="kaplan-laws" {...{ title }} draw={kaplanLaws} data={others.kaplanLaws} />
      ) : (
        !recounted && <p class="faint">{waiting}</p>
      )}
      <div class="exponents-room">
        {rows.length > 0 && (
          <dl class="facts exponents" aria-label={t.exponents}>
            {rows.map(({ approach, a, interval, warnings }) => (
              <div key={approach}>
                <dt>{t.exponent(t.approaches[approach] ?? approach)}</dt>
                <dd>
                  {interval === undefined ? `${a.toFixed(3)} (${t.noInterval})` : formatEstimate(a, interval)}
                  {warnings > 0 && <span class="faint"> {t.warnings(warnings)}</span>}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <p>
        {t.fitted(records.length)}{" "}
        <a href={address("laws", { study: source.kind === "served" ? source.key : undefined })}>{t.laws}</a>
      </p>
      {(recounted || now.leftOut.length > 0) && <p class="faint">{t.asSet(now.leftOut.length, recounted)}</p>}
    </>
  );
}

interface DrawnProps<Data> {
  readonly name: string;
  readonly title: string;
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
}

/** A figure with its files and its data. */
function Drawn<Data>({ name, title, draw, data }: DrawnProps<Data>) {
  return (
    <>
      <Figure draw={draw} data={data} />
      <FigureTools name={name} title={title} draw={draw} data={data} />
    </>
  );
}

const NOTHING_ELSE = {
  fits: [],
  holdouts: [],
  roles: new Map(),
  forecast: undefined,
  backtest: undefined,
  flopsPerToken: undefined,
} as const;
