import { texts } from "../../i18n/locale.js";

/** Of the list of all studies that are served. */
export const overviewTexts = texts(
  {
    title: "All studies",
    waiting: "…",
    ended: (ended: number, runs: number) => `${ended}/${runs} ended`,
    count: (status: string, count: number) => `${count} ${status}`,
    comma: ", ",
    problem: "its files cannot be read as they are",
  },
  {
    title: "すべての実験",
    waiting: "…",
    ended: (ended, runs) => `終了 ${ended}/${runs}`,
    count: (status, count) => `${status} ${count}`,
    comma: "、",
    problem: "ファイルを読み込めません",
  },
);
