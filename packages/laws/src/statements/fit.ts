import { backtestErrors } from "./backtest.js";
import { commonSentences } from "./common.js";
import { decayErrors, decaySentences } from "./decay.js";
import { envelopeErrors, envelopeSentences } from "./envelope.js";
import { forecastSentences } from "./forecast.js";
import { frontierSentences } from "./frontier.js";
import { isoflopErrors, isoflopSentences } from "./isoflop.js";
import { kaplanErrors, kaplanSentences } from "./kaplan.js";
import { refuseBy, warnBy } from "./made.js";
import { parametricSentences } from "./parametric.js";
import { recordErrors } from "./records.js";
import { shiftSentences } from "./shifts.js";

/** Every sentence that a fit of runs, or a forecast by it, may warn by. */
export const fitSentences = {
  ...commonSentences,
  ...isoflopSentences,
  ...parametricSentences,
  ...frontierSentences,
  ...envelopeSentences,
  ...kaplanSentences,
  ...decaySentences,
  ...shiftSentences,
  ...forecastSentences,
} as const;

/** Why runs support no fit or no backtest. */
export const fitErrors = {
  ...recordErrors,
  ...isoflopErrors,
  ...envelopeErrors,
  ...kaplanErrors,
  ...decayErrors,
  ...backtestErrors,
} as const;

export const warn = /* @__PURE__ */ warnBy(fitSentences);
export const refuse = /* @__PURE__ */ refuseBy(fitErrors);
