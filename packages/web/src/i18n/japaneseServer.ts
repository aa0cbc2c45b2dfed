/** What the server refuses by these codes, in Japanese; in English it says so itself. */
export const JAPANESE_REFUSALS: Readonly<Record<string, string>> = {
  "study-unknown": "このサーバーにそのような実験はありません。",
  "run-unknown": "この実験にそのようなランはありません。",
  "run-ambiguous": "同じ名前のランが複数あります。ID で指定してください。",
  "study-held": "実験全体が止められているため、個々のランは再開できません。先に実験を再開してください。",
  "study-missing": "実験のフォルダーが見つかりません。",
  imported: "ほかで学習されたランのため、操作はできません。",
  control: "操作は、ランまたは実験全体の一時停止・再開・中止のいずれかです。",
  token: "このサーバーにはトークンが必要です。isoflop serve が表示した ?token=… 付きのアドレスを開いてください。",
  host: "このアドレスへの応答は許可されていません。isoflop serve が表示したアドレスを開いてください。",
  origin: "ほかのサイトからの要求のため拒否されました。",
  "cross-site": "ほかのサイトからの要求のため拒否されました。",
  "not-found": "このアドレスには何もありません。",
  "body-size": "要求が大きすぎます。",
  fault: "isoflop 自体の不具合です。isoflop serve の出力を確かめてください。",
};

/** Why an order left a run as it was: as packages/lab/src/steps/control.ts says it. */
export const JAPANESE_UNCHANGED: Readonly<Record<string, string>> = {
  "it is done": "すでに完了しています",
  "it is diverged": "発散して終わっています",
  "it is paused already": "すでに一時停止中です",
  "it is cancelled already": "すでに中止されています",
  "nothing held it": "止められていません",
  "it was cancelled by itself: resume it by name": "個別に中止されています。そのランを選んで再開してください",
};
