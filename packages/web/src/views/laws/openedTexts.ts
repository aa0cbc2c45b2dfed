import { texts } from "../../i18n/locale.js";

export const openedTexts = texts(
  {
    run: "Run",
    close: "Close",
    waiting: "The study is being asked …",
    facts: { loss: "loss", residual: "ln residual", budget: "budget", seed: "seed", unique: "unique tokens" },
    total: "N, all parameters",
    nonEmbedding: "N without embeddings",
    row: "To its row among the runs",
    out: "Left out of the fits.",
  },
  {
    run: "ラン",
    close: "閉じる",
    waiting: "実験に問い合わせ中…",
    facts: {
      loss: "損失",
      residual: "対数残差",
      budget: "計算予算",
      seed: "シード",
      unique: "固有トークン数",
    },
    total: "N (全パラメータ)",
    nonEmbedding: "N (埋め込みを除く)",
    row: "ラン一覧の行へ",
    out: "フィットから除外しています。",
  },
);
