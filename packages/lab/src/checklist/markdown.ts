import { countText } from "./checklist.js";
import type { Checklist, ChecklistItem } from "./item.js";

const MARKS: Readonly<Record<ChecklistItem["status"], string>> = { answered: "x", partly: " ", gap: " " };

/** The checklist as Markdown (GitHub's task lists), for a paper's appendix or a model card. */
export function checklistMarkdown(title: string, checklist: Checklist): string {
  const lines = [
    `# Scaling-law checklist: ${escapeMarkdown(title)}`,
    "",
    `${countText(checklist)}. Questions after Li, Kudugunta and Zettlemoyer 2025, [(Mis)Fitting](https://arxiv.org/abs/2502.18969); filled in by isoflop from the runs and the fits.`,
    "",
  ];
  for (const { heading, items } of checklist.sections) {
    lines.push(`## ${heading}`, "");
    for (const { question, status, answers, gaps } of items) {
      lines.push(`- [${MARKS[status]}] **${question}**`);
      for (const answer of answers) lines.push(`  - ${escapeMarkdown(answer)}`);
      for (const gap of gaps) lines.push(`  - *Gap:* ${escapeMarkdown(gap)}`);
    }
    lines.push("");
  }
  return lines.join("\n");
}

/** Text that stays text in Markdown: on one line, its signs escaped (CommonMark 0.31, section 2.4), no bare address a link. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/[\\`*_{}[\]<>#|~!&$]/g, "\\$&")
    .replaceAll("://", "\\://")
    .replaceAll(/^(\s*\d+)([.)])/g, "$1\\$2")
    .replaceAll(/^(\s*)([-+])/g, "$1\\$2")
    .replaceAll(/\bwww\./gi, "www\\.");
}
