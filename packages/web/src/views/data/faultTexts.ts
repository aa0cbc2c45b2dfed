import { inLocale, texts } from "../../i18n/locale.js";
import type { Fault } from "../../reading/fault.js";

const faultTexts = texts(
  {
    type: "Its ending tells no kind of table. Known: .csv, .tsv, .txt, .json, .jsonl, .ndjson, .parquet; all but Parquet also as .gz.",
    archive: "It is a spreadsheet or a zip archive. Save the table as CSV, or unpack the archive, and drop that.",
    zstd: "It is packed with zstd, which browsers cannot unpack. Unpack it first (zstd -d), or use isoflop fit, which reads it as it is.",
    empty: "It is empty.",
    noRows: "It holds no rows: a header alone, or no list of objects.",
    columnwise:
      "It is one object that holds lists, column by column. A list of objects is needed (pandas writes one with orient='records').",
    tooLarge: (limit: string) =>
      `It unpacks to more than the ${limit} MB that all files together may have here. isoflop fit reads files of any size.`,
    document: (limit: string) =>
      `It is a JSON document of more than ${limit} MB, which cannot be read piece by piece. Write it as JSONL, one object a line, or use isoflop fit.`,
    files: (limit: string) =>
      `More than ${limit} files: put them together, or use isoflop fit with a pattern in quotes.`,
    rows: (limit: string) =>
      `More than ${limit} rows in all. Keep fewer rows of each curve, or use isoflop fit, which reads any number.`,
    columns: (limit: string) => `More than ${limit} columns. Is this a table with a row for each run?`,
    cells: (limit: string) =>
      `More than ${limit} cells in all. Drop a file with the columns of use alone, or use isoflop fit.`,
    line: (line: string, limit: string) =>
      `Line ${line}: it has no end within ${limit} million characters. Is a quote left open, or is this no table of lines?`,
    binary: "It holds NUL characters: no text, or UTF-16 without its mark. Save it as UTF-8.",
    quote: (line: string) =>
      `Line ${line}: a quote is not closed, or stands within a cell. Within quotes a quote is written twice.`,
    notObject: (line: string) => `Line ${line}: it is no object. JSONL has one object a line.`,
    ragged: (line: string, expected: string, found: string) =>
      `Line ${line} has ${found} cells, the header ${expected}. Every line must have as many cells as the header.`,
    json: (line: string, detail: string) => `Line ${line} is not JSON: ${detail}`,
    jsonSomewhere: (detail: string) => `It is not JSON: ${detail}`,
    gzip: (detail: string) =>
      `It cannot be unpacked (${detail}): it is cut off, or damaged. Copy it anew, or unpack it and drop what comes out.`,
    parquet: (detail: string) =>
      `It cannot be read as Parquet (${detail}). Copy it anew, write it without encryption, or as CSV.`,
    unreadable: (detail: string) =>
      `It cannot be read (${detail}). Drop files, not folders, and look whether the file is still there.`,
  },
  {
    type: "拡張子から表の種類が分かりません。使える拡張子: .csv、.tsv、.txt、.json、.jsonl、.ndjson、.parquet(Parquet 以外は .gz でも可)。",
    archive:
      "表計算ソフトのファイルか zip 書庫です。表を CSV として保存するか、書庫を展開してからドロップしてください。",
    zstd: "zstd で圧縮されており、ブラウザーでは展開できません。先に展開する(zstd -d)か、そのまま読める isoflop fit を使ってください。",
    empty: "空のファイルです。",
    noRows: "行がありません。ヘッダーだけか、オブジェクトの配列ではありません。",
    columnwise:
      "列ごとの配列を持つ 1 個のオブジェクトです。オブジェクトの配列が必要です(pandas なら orient='records')。",
    tooLarge: (limit: string) =>
      `展開後の大きさが、全ファイル合計の上限 ${limit} MB を超えます。isoflop fit なら大きさの制限なく読めます。`,
    document: (limit: string) =>
      `${limit} MB を超える JSON 文書は、少しずつ読むことができません。1 行 1 オブジェクトの JSONL にするか、isoflop fit を使ってください。`,
    files: (limit: string) =>
      `ファイルが ${limit} 個を超えています。まとめるか、isoflop fit にパターンを引用符付きで渡してください。`,
    rows: (limit: string) =>
      `合計の行数が ${limit} 行を超えています。各曲線の行を間引くか、行数の制限がない isoflop fit を使ってください。`,
    columns: (limit: string) => `列が ${limit} 列を超えています。1 行が 1 つのランの表か確かめてください。`,
    cells: (limit: string) =>
      `合計のセル数が ${limit} を超えています。必要な列だけのファイルにするか、isoflop fit を使ってください。`,
    line: (line: string, limit: string) =>
      `${line} 行目: ${limit} 百万文字以内に行末がありません。引用符が閉じていないか、行からなる表ではない可能性があります。`,
    binary: "NUL 文字が含まれています。テキストではないか、BOM のない UTF-16 です。UTF-8 で保存してください。",
    quote: (line: string) =>
      `${line} 行目: 引用符が閉じていないか、セルの途中にあります。引用符の中の引用符は 2 個続けて書きます。`,
    notObject: (line: string) => `${line} 行目: オブジェクトではありません。JSONL は 1 行に 1 オブジェクトです。`,
    ragged: (line: string, expected: string, found: string) =>
      `${line} 行目のセルは ${found} 個ですが、ヘッダーは ${expected} 個です。どの行もヘッダーと同じ数のセルが必要です。`,
    json: (line: string, detail: string) => `${line} 行目は JSON ではありません: ${detail}`,
    jsonSomewhere: (detail: string) => `JSON ではありません: ${detail}`,
    gzip: (detail: string) =>
      `展開できません(${detail})。途中で切れているか、壊れています。コピーし直すか、展開したものをドロップしてください。`,
    parquet: (detail: string) =>
      `Parquet として読めません(${detail})。コピーし直すか、暗号化せずに書き出すか、CSV にしてください。`,
    unreadable: (detail: string) =>
      `読み取れません(${detail})。フォルダーではなくファイルをドロップし、ファイルがまだあるか確かめてください。`,
  },
);

const count = (value: number): string => value.toLocaleString("en-US");
const megabytes = (bytes: number): string => count(Math.round(bytes / 2 ** 20));

/** A fault in the reader's language: what is wrong, where, and what to do. */
export function faultText(fault: Fault): string {
  const t = inLocale(faultTexts);
  switch (fault.kind) {
    case "type":
    case "archive":
    case "zstd":
    case "empty":
    case "columnwise":
    case "binary":
      return t[fault.kind];
    case "no-rows":
      return t.noRows;
    case "too-large":
      return t.tooLarge(megabytes(fault.limit));
    case "document":
      return t.document(megabytes(fault.limit));
    case "files":
    case "rows":
    case "columns":
    case "cells":
      return t[fault.kind](count(fault.limit));
    case "line":
      return t.line(count(fault.line), count(Math.round(fault.limit / 1e6)));
    case "quote":
      return t.quote(count(fault.line));
    case "not-object":
      return t.notObject(count(fault.line));
    case "ragged":
      return t.ragged(count(fault.line), count(fault.expected), count(fault.found));
    case "json":
      return fault.line === undefined ? t.jsonSomewhere(fault.detail) : t.json(count(fault.line), fault.detail);
    case "gzip":
    case "parquet":
    case "unreadable":
      return t[fault.kind](fault.detail);
  }
}
