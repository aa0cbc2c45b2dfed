export { escapeHtml, Html, html } from "./html.js";
export type * from "./model.js";
export { renderReport } from "./renderReport.js";
export { judge, type Verdict } from "./verdict.js";
