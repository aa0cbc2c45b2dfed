import { texts } from "../i18n/locale.js";

export const shellTexts = texts(
  {
    skip: "Skip to the content",
    views: { study: "Study", laws: "Laws", planner: "Planner", data: "Data" },
    navigation: "Views",
    theme: "Theme",
    themes: { auto: "As the system", light: "Light", dark: "Dark" },
    language: "Language",
    loading: "Loading …",
    failed: (reason: string) => `This could not be shown: ${reason}`,
    retry: "Try again",
    dropOver: "Let go to read the files here, in your browser",
  },
  {
    skip: "本文へ移動",
    views: { study: "実験", laws: "スケーリング則", planner: "計画", data: "データ" },
    navigation: "画面",
    theme: "テーマ",
    themes: { auto: "システムに合わせる", light: "ライト", dark: "ダーク" },
    language: "言語",
    loading: "読み込み中…",
    failed: (reason: string) => `表示できませんでした: ${reason}`,
    retry: "再試行",
    dropOver: "離すと、ファイルをこのブラウザー内で読み取ります",
  },
);
