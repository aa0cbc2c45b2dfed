import { markdownText } from "../markdown/markdownText.js";
import { countText } from "./checklist.js";
import type { Checklist, ChecklistItem } from "./item.js";

const MARKS: Readonly<Record<ChecklistItem["status"], string>> = { answered: "x", partly: " ", gap: " " };

/** The checklist as Markdown (GitHub's task lists), for a paper's appendix or a model card. */
export function checklistMarkdown(title: string, checklist: Checklist): string {
  const lines = [
    `# Scaling-law checklist: ${markdownText(title)}`,
    "",
    `${countText(checklist)}. Questions after Li, Kudugunta and Zettlemoyer 2025, [(Mis)Fitting](https://arxiv.org/abs/2502.18969); filled in by isoflop from the runs and the fits.`,
    "",
  ];
  for (const { heading, items } of checklist.sections) {
    lines.push(`## ${heading}`, "");
    for (const { question, status, answers, gaps } of items) {
      lines.push(`- [${MARKS[status]}] **${question}**`);
      for (const answer of answers) lines.push(`  - ${markdownText(answer)}`);
      for (const gap of gaps) lines.push(`  - *Gap:* ${markdownText(gap)}`);
    }
    lines.push("");
  }
  return lines.join("\n");
}
