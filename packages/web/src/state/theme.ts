import { effect } from "@preact/signals";
import { preference } from "./preference.js";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Light, dark, or as the system has it. */
export const theme = preference<Theme>("theme", THEMES, "auto");

effect(() => {
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});
