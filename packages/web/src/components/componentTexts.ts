import { texts } from "../i18n/locale.js";

export const componentTexts = texts(
  {
    download: "Download",
    downloadAs: (format: string, figure: string) => `Download as ${format}: ${figure}`,
    failed: (reason: string) => `No file could be made: ${reason}`,
    data: "Data as a table",
    table: (name: string, shown: number, all: number) =>
      shown === all ? `${name}: ${all} rows` : `${name}: ${shown} of ${all} rows; the CSV has all`,
  },
  {
    download: "ダウンロード",
    downloadAs: (format: string, figure: string) => `${format} でダウンロード: ${figure}`,
    failed: (reason: string) => `ファイルを作れませんでした: ${reason}`,
    data: "データを表で見る",
    table: (name: string, shown: number, all: number) =>
      shown === all ? `${name}: ${all} 行` : `${name}: ${all} 行中 ${shown} 行 (CSV には全行があります)`,
  },
);
