import type { Law } from "../laws/law.js";

/** Whether a value is a law in the sense of this file, as far as that shows at run time. */
export function isLaw(value: unknown): value is Law {
  if (typeof value !== "object" || value === null) return false;
  const law = value as Partial<Law>;
  return (
    typeof law.name === "string" &&
    typeof law.form === "string" &&
    typeof law.inputs === "object" &&
    typeof law.parameters === "object" &&
    typeof law.value === "function"
  );
}
