import { IsoflopError } from "../error.js";
import { besiroglu2024 } from "./besiroglu.js";
import { hoffmannApproach1, hoffmannApproach2, hoffmannApproach3 } from "./hoffmann.js";
import { kaplan2020 } from "./kaplan.js";
import type { NamedLaw } from "./law.js";
import { llama3 } from "./llama3.js";
import { muennighoff2023 } from "./muennighoff.js";

/** Every published law, oldest first. */
export const publishedLaws: readonly NamedLaw[] = [
  kaplan2020,
  hoffmannApproach1,
  hoffmannApproach2,
  hoffmannApproach3,
  muennighoff2023,
  besiroglu2024,
  llama3,
];

/**
 * A published law by its name.
 * @throws IsoflopError "unknown-law"
 */
export function publishedLaw(name: string): NamedLaw {
  const law = publishedLaws.find((candidate) => candidate.name === name.trim().toLowerCase());
  if (law) return law;
  throw new IsoflopError({
    code: "unknown-law",
    message: `There is no published law "${name}".`,
    hint: `Known: ${publishedLaws.map((candidate) => candidate.name).join(", ")}. A fit's JSON file serves as a law too.`,
  });
}
