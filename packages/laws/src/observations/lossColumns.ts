import { ALIASES, LOSS_UNITS, plain, wordsOf } from "./aliases.js";
import type { ColumnUse } from "./fields.js";

const LOSS = ["loss", "nll", "ce", "xent", "crossentropy"];
const HELD_OUT = ["val", "valid", "validation", "eval", "evaluation", "test", "heldout", "holdout", "dev"];
const TRAIN = ["train", "training", "trn"];
/** Not the loss itself, but something about it, or a part of an objective. */
const ABOUT = [
  ..."std stdev stddev stderr se sem err error var variance diff delta ratio scale aux auxiliary balance balancing router z".split(
    " ",
  ),
  ..."moe weight grad gradient baseline split type name ema spike spikes n count step min max lr seed pred predicted fit".split(
    " ",
  ),
];

export interface LossColumns {
  readonly loss?: ColumnUse;
  readonly trainLoss?: ColumnUse;
  /** Columns that might have been meant by "loss" too. */
  readonly others: readonly string[];
}

/** The columns that hold a loss, best first: held-out text, then unqualified, then training; nats before other units. */
export function findLosses(columns: readonly string[]): LossColumns {
  const ranked = columns
    .map((column, order) => ({ column, order, ...rankOf(column) }))
    .filter((candidate) => candidate.rank < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank || a.order - b.order);
  const [best] = ranked;
  if (best === undefined) return { others: [] };
  // Beside a held-out loss a bare "loss" is what the trainer logged at every step.
  const train = ranked.find(
    (candidate) =>
      candidate !== best &&
      candidate.use.unit === best.use.unit &&
      candidate.use.log === best.use.log &&
      (candidate.isTrain || (best.isHeldOut && plain(candidate.column) === "loss")),
  );
  return {
    loss: best.use,
    ...(train === undefined ? {} : { trainLoss: train.use }),
    others: ranked.filter((candidate) => candidate !== best).map(({ column }) => column),
  };
}

/** Whether a column of losses says that they are those of training. */
export function isTrainLoss(column: string): boolean {
  return ALIASES.trainLoss.includes(plain(column)) || wordsOf(column).some((word) => TRAIN.includes(word));
}

function rankOf(column: string) {
  const words = wordsOf(column);
  const name = plain(column);
  // "val_bits_per_byte" is three words of four.
  const unit = LOSS_UNITS.find(({ names }) =>
    words.some((word, i) => names.includes(word) || names.includes(words.slice(i, i + 3).join(""))),
  );
  const use: ColumnUse = {
    column,
    scale: unit?.scale ?? 1,
    ...(unit?.log ? { log: true } : {}),
    ...(unit?.unit === undefined ? {} : { unit: unit.unit }),
  };
  const isTrain = isTrainLoss(column);
  const isHeldOut =
    !isTrain && (words.some((word) => HELD_OUT.includes(word)) || /^(val|valid|eval|test)loss$/.test(name));
  const exact = ALIASES.loss.indexOf(name);
  const isLoss =
    exact >= 0 ||
    ALIASES.trainLoss.includes(name) ||
    ((unit !== undefined || words.some((word) => LOSS.includes(word)) || name.includes("crossentropy")) &&
      !words.some((word) => ABOUT.includes(word)));
  const rank = !isLoss
    ? Number.POSITIVE_INFINITY
    : (unit === undefined ? 0 : 1000) + (isTrain ? 3000 : isHeldOut ? 0 : 300) + (exact >= 0 ? exact : 100);
  return { rank, use, isTrain, isHeldOut };
}
