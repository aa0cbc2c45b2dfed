import { extractionSection } from "./extraction.js";
import { fittingSection } from "./fitting.js";
import { formSection } from "./form.js";
import type { Checklist } from "./item.js";
import type { ChecklistSubject } from "./subject.js";
import { trainingSection } from "./training.js";

/** Fills the checklist in; what the subject does not know is a gap by name. */
export function checklistOf(subject: ChecklistSubject): Checklist {
  const sections = [
    formSection(subject),
    trainingSection(subject),
    extractionSection(subject),
    fittingSection(subject),
  ];
  const items = sections.flatMap((section) => section.items);
  const count = (status: "answered" | "partly") => items.filter((item) => item.status === status).length;
  return { answered: count("answered"), partly: count("partly"), of: items.length, sections };
}

/** "18 of 31 answered, 6 in part". */
export function countText({ answered, partly, of }: Checklist): string {
  return `${answered} of ${of} answered${partly === 0 ? "" : `, ${partly} in part`}`;
}
