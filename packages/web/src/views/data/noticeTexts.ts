import type { Locale } from "../../i18n/locale.js";

/** What the reader of tables says in English, as the page says it: without the command's flags, and in Japanese. */
interface Rule {
  readonly pattern: RegExp;
  readonly en?: (...parts: readonly string[]) => string;
  readonly ja: (...parts: readonly string[]) => string;
}

const UNITS: Readonly<Record<string, string>> = {
  "bits per byte": "bit/バイト",
  "bits per character": "bit/文字",
  "nats per byte": "nat/バイト",
};
const WHY: Readonly<Record<string, string>> = {
  "N changes among the rows of one name": "同じ名前の行で N が変わります",
  "neither tokens, FLOPs nor steps tell the rows of one name apart":
    "トークン数・FLOPs・ステップのどれでも同じ名前の行を区別できません",
};

export const NOTICES: readonly Rule[] = [
  {
    pattern: /^(.+) is taken for a perplexity: loss = ln\(.+\)\.$/s,
    ja: (column) => `${column} をパープレキシティとみなし、損失 = ln(${column}) とします。`,
  },
  {
    pattern: /^(.+) is in (bits per byte|bits per character|nats per byte), and is left so:.*$/s,
    ja: (column, unit) =>
      `${column} の単位は ${UNITS[unit!]} で、そのまま使います。指数は単位によりませんが、E、A、B と損失の予測値はこの単位になります。nat/トークンの値と混ぜないでください。`,
  },
  {
    pattern: /^The only loss is (.+), a training loss: .*$/s,
    ja: (column) =>
      `損失の列は学習損失 ${column} だけです。データが繰り返されるとテスト損失より低くなり、ノイズも大きくなります。`,
  },
  {
    pattern:
      /^(.+) holds training curves: ([\d,]+) rows of ([\d,]+) runs \((.+)\)\. Each run's last (.+) is its observation; its curve of (.+) \(at most (\d+) points, .*\) serves Approach 1\. .*$/s,
    en: (source, rows, runs, by, loss, of, points) =>
      `${source} holds training curves: ${rows} rows of ${runs} runs (${by}). Each run's last ${loss} is its observation; its curve of ${of} (at most ${points} points, averages where there were more) serves Approach 1. To take every row as an observation, choose so below.`,
    ja: (source, rows, runs, _by, loss, of, points) =>
      `${source} は学習曲線の表です(${rows} 行、${runs} 個のラン)。各ランの最後の ${loss} を観測値とし、${of} の曲線(最大 ${points} 点、それより多ければ平均)はアプローチ 1 に使います。すべての行を観測値とするには、下で選んでください。`,
  },
  {
    pattern:
      /^(.+) holds training curves: ([\d,]+) rows of ([\d,]+) runs \(.+\)\. Each run's last (.+) is its observation, and no curves are kept of so many runs.*$/s,
    en: (source, rows, runs, loss) =>
      `${source} holds training curves: ${rows} rows of ${runs} runs. Each run's last ${loss} is its observation; of so many runs no curves are kept, so Approach 1 has none. A condition below chooses fewer.`,
    ja: (source, rows, runs, loss) =>
      `${source} は学習曲線の表です(${rows} 行、${runs} 個のラン)。各ランの最後の ${loss} を観測値とします。ランが多いため曲線は残さず、アプローチ 1 は使えません。下の条件で絞り込めます。`,
  },
  {
    pattern: /^Tokens along a curve are taken in proportion to (.+): .*$/s,
    ja: (step) =>
      `曲線上のトークン数は ${step} に比例するとみなします。最後の行の D は、そこまでに学習したトークン数でなければなりません。`,
  },
  {
    pattern: /^([\d,]+) rows of the curves have no usable (.+)\.$/s,
    ja: (rows, loss) => `曲線の ${rows} 行には、使える ${loss} がありません。`,
  },
  {
    pattern: /^([\d,]+) rows name no run, and are left out\.$/,
    ja: (rows) => `${rows} 行はラン名がないため除外しました。`,
  },
  {
    pattern: /^Rows of (.+) with the same (.+) were taken for different runs; .*$/s,
    en: (source, column) =>
      `Rows of ${source} with the same ${column} were taken for different runs; if they are one run's, choose ${column} as the run's name below.`,
    ja: (source, column) =>
      `${source} で ${column} が同じ行は別々のランとみなしました。1 つのランの行なら、下で ${column} をラン名に選んでください。`,
  },
  {
    pattern: /^Rows of (.+) share a (.+), but (.+): every row is an observation by itself\.$/s,
    ja: (source, column, why) =>
      `${source} には ${column} が同じ行がありますが、${WHY[why!] ?? why}。各行を別々の観測値とします。`,
  },
  {
    pattern:
      /^No column of (.+) names the run, so every row is an observation\. If its rows along (.+) are training curves: .*$/s,
    en: (source, step) =>
      `No column of ${source} names the run, so every row is an observation. If its rows along ${step} are training curves, choose the run's column below.`,
    ja: (source, step) =>
      `${source} にはラン名の列がないため、各行を観測値とします。${step} に沿った学習曲線なら、下でラン名の列を選んでください。`,
  },
  {
    pattern: /^Every row of (.+) with a loss is an observation; those of one (.+) are not independent: .*$/s,
    ja: (source) =>
      `${source} の損失のある行をすべて観測値とします。同じランの行は独立ではないので、区間はラン単位の再標本化によるものだけを信頼してください。`,
  },
  {
    pattern: /^([\d,]+) of ([\d,]+) rows have no (.+)\.$/s,
    ja: (some, all, loss) => `${all} 行のうち ${some} 行に ${loss} がありません。`,
  },
  {
    pattern: /^([NDC]) \((.+)\) lies between (\S+) and (\S+): in another unit\? .*$/s,
    en: (symbol, column, low, high) =>
      `${symbol} (${column}) lies between ${low} and ${high}: in another unit? Choose it below.`,
    ja: (symbol, column, low, high) =>
      `${symbol}(${column})は ${low} から ${high} です。単位が違いませんか。下で選べます。`,
  },
  {
    pattern: /^(.+) is about (\S+), more than any untrained model's loss: .*$/s,
    en: (column, value) =>
      `${column} is about ${value}, more than any untrained model's loss: a perplexity? Choose so below.`,
    ja: (column, value) =>
      `${column} は約 ${value} で、未学習モデルの損失より大きい値です。パープレキシティなら下で選んでください。`,
  },
  {
    pattern: /^C\/\(6ND\) is about (\S+): .*$/s,
    ja: (value) => `C/(6ND) が約 ${value} です。N、D、C の単位が揃っていないか、どれかが別の列です。`,
  },
  {
    pattern: /^C\/\(6ND\) lies between (\S+) and (\S+): .*$/s,
    ja: (low, high) =>
      `C/(6ND) は ${low} から ${high} です。C が 6ND ではないか、N と C の数え方が違います(たとえば埋め込みを一方だけ含む)。指数が歪みます。`,
  },
  {
    pattern: /^D\/N is about (\S+): .*$/s,
    ja: (value) => `D/N が約 ${value} です。N と D の列と単位を確かめてください。`,
  },
];

/** A notice in a language of the page; undefined where the page does not know it, and shows it as it is. */
export function noticeText(notice: string, locale: Locale): string | undefined {
  for (const { pattern, en, ja } of NOTICES) {
    const found = pattern.exec(notice);
    if (!found) continue;
    const say = locale === "ja" ? ja : en;
    return say === undefined ? notice : say(...found.slice(1));
  }
  return locale === "en" ? notice : undefined;
}
