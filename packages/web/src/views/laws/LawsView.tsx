import {
  figuresOf,
  isoflopProfiles,
  lossContours,
  optimumScaling,
  profilesOf,
  residuals,
  trainingCurves,
} from "@isoflop/figures";
import { fitOfLaw } from "@isoflop/laws/procedures";
import { Figure } from "../../components/Figure.js";
import { inLocale } from "../../i18n/locale.js";
import { observations } from "../../state/observations.js";
import { fitAnswer, fitFailure } from "./fitting.js";
import { lawsTexts } from "./lawsTexts.js";

/** The laws of the runs that are looked at: fitted here, in the browser. */
export function LawsView() {
  const t = inLocale(lawsTexts);
  const observed = observations.value;
  const answer = fitAnswer.value;
  if (observed === undefined || observed.records.length === 0) {
    return (
      <>
        <h1>{t.title}</h1>
        <p>{t.none}</p>
      </>
    );
  }
  const { records, holdouts, names, title } = observed;
  const drawn =
    answer &&
    figuresOf({
      fits: answer.fits,
      profiles: fitOfLaw(answer.fits, "isoflop-power-law")?.profiles ?? profilesOf(records),
      records,
      holdouts,
      names: new Map(Object.entries(names)),
      roles: new Map(holdouts.map(({ id, role }) => [id, role])),
      forecast: undefined,
      backtest: undefined,
      flopsPerToken: undefined,
    });
  return (
    <>
      <h1>
        {t.title}: {title}
      </h1>
      <p class="faint" role="status">
        {fitFailure.value === undefined
          ? answer === undefined
            ? t.fitting
            : t.fitted(records.length, Math.round(answer.milliseconds))
          : t.failed(fitFailure.value)}
      </p>
      {drawn?.isoflopProfiles && <Figure draw={isoflopProfiles} data={drawn.isoflopProfiles} />}
      {drawn?.optimumScaling && <Figure draw={optimumScaling} data={drawn.optimumScaling} />}
      {drawn?.lossContours && <Figure draw={lossContours} data={drawn.lossContours} />}
      {drawn?.residuals && <Figure draw={residuals} data={drawn.residuals} />}
      {drawn?.trainingCurves && <Figure draw={trainingCurves} data={drawn.trainingCurves} />}
    </>
  );
}
