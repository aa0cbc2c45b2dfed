import { type Html, html } from "../report/html.js";
import type { Checklist, ChecklistItem } from "./item.js";

const WORDS: Readonly<Record<ChecklistItem["status"], string>> = {
  answered: "answered",
  partly: "in part",
  gap: "gap",
};

/** The checklist as a part of the report. */
export function checklistHtml({ sections }: Checklist): Html {
  return html`${sections.map(
    ({ heading, items }) => html`<h3>${heading}</h3>
<dl class="checklist">${items.map(
      ({ question, status, answers, gaps }) => html`<dt><span class="${status}">${WORDS[status]}</span> ${question}</dt>
${answers.map((answer) => html`<dd>${answer}</dd>\n`)}${gaps.map((gap) => html`<dd class="gap"><strong>Gap:</strong> ${gap}</dd>\n`)}`,
    )}</dl>\n`,
  )}`;
}
