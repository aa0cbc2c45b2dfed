import { many, texts } from "../../i18n/locale.js";

export const dropTexts = texts(
  {
    title: "Runs from your files",
    lead: "Drop CSV, TSV, JSON, JSONL or Parquet files anywhere on this page: one row a run, or the rows of training curves. They are read here, in your browser; nothing is sent anywhere.",
    place: "Drop files here",
    choose: "Choose files …",
    pasteToggle: "Paste text",
    pasteLabel: "Text of a table (CSV, JSON, or cells copied from a spreadsheet)",
    pasteRead: "Read this text",
    planted: "Show a made-up study",
    seed: "Seed",
    limits: (megabytes: string, rows: string) =>
      `At most ${megabytes} MB unpacked and ${rows} rows, all files together. Larger ones: isoflop fit <files>, on your machine.`,
    kept: "What was read stays while this page is open, also when you look at other views. Closing or reloading the page forgets it.",
    reading: (name: string) => `Reading ${name} …`,
    stop: "Stop",
    read: (runs: string, files: string, dropped: string) =>
      `${many(runs, "run")} read from ${files}; ${many(dropped, "row")} left out.`,
    broken: (detail: string) =>
      `Reading stopped: ${detail}. The file may need more memory than this page has; isoflop fit reads it on your machine.`,
    notRead: (name: string) => `${name} was not read`,
    files: "Files",
    file: "File",
    rows: "Rows",
    columns: "Columns",
    readAs: "Read as",
    notices: { "latin-1": "Latin-1 (it is not UTF-8)", "utf-16": "UTF-16" },
    forget: "Remove",
    forgetFile: (name: string) => `Remove ${name}`,
    forgetAll: "Remove all",
    plantedTitle: (seed: string) => `Made-up study, seed ${seed}`,
    plantedTruth: (law: string, noise: string) =>
      `These runs are no measurements: they obey ${law}, with a noise of ${noise} in ln loss. What a fit finds can be held against that.`,
    toLaws: "Fit laws to these runs",
    toPlanner: "Plan a budget",
  },
  {
    title: "ファイルからランを読み込む",
    lead: "CSV、TSV、JSON、JSONL、Parquet ファイルをこのページのどこにでもドロップしてください。1 行が 1 つのランの表でも、学習曲線の各点を並べた表でも読めます。読み取りはすべてブラウザー内で行われ、データはどこにも送信されません。",
    place: "ここにファイルをドロップ",
    choose: "ファイルを選択…",
    pasteToggle: "テキストを貼り付け",
    pasteLabel: "表のテキスト(CSV、JSON、または表計算ソフトからコピーしたセル)",
    pasteRead: "このテキストを読む",
    planted: "合成データを表示",
    seed: "乱数シード",
    limits: (megabytes: string, rows: string) =>
      `全ファイル合計で、展開後 ${megabytes} MB、${rows} 行まで。それより大きいものは、手元で isoflop fit <ファイル> を使ってください。`,
    kept: "読み取った内容は、このページを開いている間は他の画面に移っても残ります。ページを閉じるか再読み込みすると消えます。",
    reading: (name: string) => `${name} を読み取り中…`,
    stop: "中止",
    read: (runs: string, files: string, dropped: string) =>
      `${files} から ${runs} 個のランを読み取りました。除外した行: ${dropped}。`,
    broken: (detail: string) =>
      `読み取りが中断されました: ${detail}。このページで使えるメモリーが足りない可能性があります。手元では isoflop fit で読めます。`,
    notRead: (name: string) => `${name} は読み取れませんでした`,
    files: "ファイル",
    file: "ファイル",
    rows: "行",
    columns: "列",
    readAs: "文字コード",
    notices: { "latin-1": "Latin-1(UTF-8 ではないため)", "utf-16": "UTF-16" },
    forget: "取り除く",
    forgetFile: (name: string) => `${name} を取り除く`,
    forgetAll: "すべて取り除く",
    plantedTitle: (seed: string) => `合成データ(シード ${seed})`,
    plantedTruth: (law: string, noise: string) =>
      `これは測定値ではありません。${law} に従い、ln 損失に標準偏差 ${noise} のノイズを加えたデータです。フィットの結果をこの真の値と比べられます。`,
    toLaws: "これらのランにスケーリング則をフィット",
    toPlanner: "計算予算の計画へ",
  },
);
