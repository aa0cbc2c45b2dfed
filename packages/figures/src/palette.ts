/**
 * Colours. Each is a CSS custom property with a literal fallback, so that one file serves light and dark pages and an SVG
 * taken out of its page still has its colours. Sequences (sizes, budgets) use plasma (Smith & van der Walt 2015), cut so
 * that every step stands out from the background: the dark end in light mode, the bright end in dark mode. Categories are
 * Okabe & Ito's colour-blind-safe set, darkened or lightened for contrast.
 */

const rampLight = [
  "#1b068d",
  "#3a049a",
  "#5502a4",
  "#6e00a8",
  "#8707a6",
  "#9d189d",
  "#b12a90",
  "#c33d80",
  "#d24f71",
  "#df6263",
  "#eb7655",
  "#f58b47",
] as const;
const rampDark = [
  "#9613a1",
  "#ab2494",
  "#bc3587",
  "#cb4679",
  "#d8576b",
  "#e4695e",
  "#ee7b51",
  "#f68f44",
  "#fca338",
  "#febb2b",
  "#fbd324",
  "#f4ed27",
] as const;
const categoryLight = ["#0072b2", "#c04f00", "#00805d", "#a8447f", "#7a6a00", "#3a86c4"] as const;
const categoryDark = ["#56b4e9", "#ff9a4d", "#2cc79a", "#e59ac6", "#f0e442", "#9ecbf0"] as const;

/** Background of the figure: halos around text and the inside of hollow points. */
export const background = "var(--isoflop-background, #ffffff)";
/** Text and lines of the first rank. */
export const ink = "var(--isoflop-ink, #1a1d21)";
/** Text and lines of the second rank. */
export const faintInk = "var(--isoflop-faint-ink, #5c6670)";

/** Colour of a place in an ordered set, 0 (lowest) to 1 (highest). */
export function rampColor(position: number): string {
  const steps = rampLight.length;
  const step = Math.min(steps - 1, Math.max(0, Math.round(position * (steps - 1))));
  return `var(--isoflop-ramp-${step}, ${rampLight[step]})`;
}

/** Colour of a category, repeating after the sixth. */
export function categoryColor(index: number): string {
  const step = index % categoryLight.length;
  return `var(--isoflop-category-${step}, ${categoryLight[step]})`;
}

/** A logarithmic colour scale over positive values. */
export function logColorScale(values: readonly number[]): (value: number) => string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return (value) => rampColor(high > low ? Math.log(value / low) / Math.log(high / low) : 0.5);
}

function properties(ramp: readonly string[], category: readonly string[], surface: string): string {
  const ramps = ramp.map((color, index) => `--isoflop-ramp-${index}:${color};`);
  const categories = category.map((color, index) => `--isoflop-category-${index}:${color};`);
  return `${surface}${ramps.join("")}${categories.join("")}`;
}

const light = properties(
  rampLight,
  categoryLight,
  "--isoflop-background:#ffffff;--isoflop-ink:#1a1d21;--isoflop-faint-ink:#5c6670;",
);
const dark = properties(
  rampDark,
  categoryDark,
  "--isoflop-background:#14171a;--isoflop-ink:#e8eaed;--isoflop-faint-ink:#a0a8b0;",
);

/** Every colour of a theme by its custom property. */
function themeColors(theme: "light" | "dark"): ReadonlyMap<string, string> {
  const declarations = (theme === "light" ? light : dark).split(";").filter((text) => text !== "");
  return new Map(declarations.map((text) => text.split(":") as [string, string]));
}

const VARIABLE = /var\((--[\w-]+)\s*(?:,\s*([^()]*))?\)/g;

/** What replaces the variables in a colour by those of a theme. */
export function plainColors(theme: "light" | "dark"): (color: string) => string {
  const colors = themeColors(theme);
  return (color) =>
    color
      .replaceAll(VARIABLE, (_, name: string, fallback: string | undefined) => colors.get(name) ?? fallback ?? "")
      .replaceAll("currentColor", colors.get("--isoflop-ink")!);
}

/** The custom properties: for pages that follow the reader's preference or force a theme, and for figures that force one. */
export const paletteStyles = `:root,[data-theme=light]{${light}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
[data-theme=dark]{${dark}}`;
