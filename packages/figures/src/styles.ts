import { ink, paletteStyles } from "./palette.js";

/** Style sheet that pages with figures include once. */
export const figureStyles = `${paletteStyles}
.isoflop-figure{margin:0;color:${ink};container-type:inline-size}
.isoflop-figure figcaption{font-size:.875rem;line-height:1.45;margin-bottom:.6rem}
.isoflop-figure figcaption strong{display:block;font-size:1.05rem}
.isoflop-figure figcaption span{color:var(--isoflop-faint-ink,#5c6670)}
.isoflop-svg{display:block;max-width:100%;width:100%;height:auto}
.isoflop-svg text{white-space:pre}
.isoflop-svg.isoflop-wide{max-width:960px}
.isoflop-svg.isoflop-narrow{max-width:440px}
.isoflop-responsive .isoflop-wide{display:none}
@container (min-width:600px){.isoflop-responsive .isoflop-wide{display:block}.isoflop-responsive .isoflop-narrow{display:none}}`;
