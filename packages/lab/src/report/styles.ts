/** The report's style sheet. Colours come from the figures' palette, so that page and figures change theme together. */
export const reportStyles = `
:root{color-scheme:light dark;--surface:#f4f6f8;--rule:#d9dee3;--good:#00704f;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--surface:#1e2226;--rule:#343a40;--good:#4fd3a5;--bad:#ff8f84}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--isoflop-background);color:var(--isoflop-ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1480px;margin:0 auto;padding:1.25rem clamp(.9rem,3vw,2.5rem) 4rem}
h1{font-size:clamp(1.4rem,1.1rem + 1.4vw,2.1rem);line-height:1.2;margin:.5rem 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;margin:2.75rem 0 .75rem;padding-top:.9rem;border-top:1px solid var(--rule)}
p{max-width:78ch;margin:.5rem 0;overflow-wrap:anywhere}
.faint,small,caption{color:var(--isoflop-faint-ink)}
nav ul{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;padding:0;margin:.75rem 0;font-size:.9rem}
a{color:var(--isoflop-category-0)}
.verdict{border:1px solid var(--rule);border-left:6px solid var(--isoflop-faint-ink);background:var(--surface);border-radius:6px;padding:.6rem 1.1rem;margin:1rem 0}
.verdict.held{border-left-color:var(--good)}
.verdict.missed{border-left-color:var(--bad)}
.verdict p:first-child{font-size:1.15rem;font-weight:600}
.good{color:var(--good)}
.bad{color:var(--bad)}
.figures{display:grid;margin-top:1.5rem;gap:2.5rem 3rem;grid-template-columns:minmax(0,1fr);align-items:start}
@media (min-width:1340px){.figures{grid-template-columns:repeat(2,minmax(0,1fr))}.figures .whole{grid-column:1/-1}}
.missing{border:1px dashed var(--rule);border-radius:6px;padding:.75rem 1rem;color:var(--isoflop-faint-ink)}
.scroll{overflow-x:auto;margin:.75rem 0;border:1px solid var(--rule);border-radius:6px}
table{border-collapse:collapse;font-size:.875rem;min-width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.5rem .75rem;font-size:.85rem;white-space:nowrap}
th,td{padding:.35rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--rule);white-space:nowrap}
thead th{white-space:normal;background:var(--surface);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500}
.number{text-align:right}
th small,td small{display:block;font-size:.78rem;font-weight:400}
td .note{white-space:normal;min-width:18rem}
td div small{display:inline}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
section>ul:not(.warnings) li{overflow-wrap:anywhere;max-width:78ch}
.warnings{list-style:none;padding:0;display:grid;gap:.75rem}
.warnings li{border:1px solid var(--rule);border-left:5px solid #c47f00;border-radius:6px;padding:.5rem .9rem;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
pre{background:var(--surface);border:1px solid var(--rule);border-radius:6px;padding:.75rem 1rem;overflow-x:auto}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.25rem 1.25rem;margin:.75rem 0}
dt{color:var(--isoflop-faint-ink)}
dd{margin:0;overflow-wrap:anywhere}
dl.checklist{display:block;max-width:90ch}
dl.checklist dt{color:var(--isoflop-ink);font-weight:600;margin-top:.8rem}
dl.checklist dd{margin:.15rem 0 0 1.25rem}
dl.checklist dt span{font-size:.75rem;font-weight:600;border:1px solid currentColor;border-radius:4px;padding:0 .35rem;margin-right:.3rem;white-space:nowrap;color:var(--isoflop-faint-ink)}
dl.checklist dt .answered{color:var(--good)}
dl.checklist dt .gap{color:var(--bad)}
@media print{.scroll{overflow:visible}nav{display:none}}
`;
