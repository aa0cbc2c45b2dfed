import { type CountingConvention, everyLaw, lossFrontier, powerLawAllocation } from "@isoflop/laws";
import type { ApproachFit } from "@isoflop/laws/procedures";
import { type ChecklistSection, itemOf, lacks, type Part, says } from "./item.js";
import type { ChecklistSubject } from "./subject.js";

interface Described {
  readonly form: string;
  readonly source: string;
}

/** Equation and origin of a fit's law; a power law of allocation comes with that of the loss along it. */
function describe(law: string): Described {
  if (law === "isoflop-power-law" || law === "envelope-power-law") {
    const { form, source } = powerLawAllocation;
    return { form: `${form}; ${lossFrontier.form}`, source };
  }
  const { form = law, source = "no source known" } = everyLaw.find(({ name }) => name === law) ?? {};
  return { form, source };
}

export const fitName = ({ approach, law }: Pick<ApproachFit, "approach" | "law">): string =>
  approach === "kaplan" || approach === "data-constrained" ? law : `Approach ${approach}`;

/** The scaling-law hypothesis. */
export function formSection({ fits, convention }: ChecklistSubject): ChecklistSection {
  const all = [
    ...fits.fits.map((fit) => ({ name: fitName(fit), law: fit.law, parameters: Object.keys(fit.parameters), fit })),
    ...(fits.parts?.fits ?? []).map(({ about, fit }) => ({
      name: about,
      law: fit.law,
      parameters: Object.keys(fit.parameters),
      fit: undefined,
    })),
  ];
  const none = lacks("no law could be fitted; see what the fits say they need");
  const each = (tell: (one: (typeof all)[number]) => Part): Part[] => (all.length === 0 ? [none] : all.map(tell));
  return {
    heading: "Scaling-law hypothesis",
    items: [
      itemOf(
        "form.equation",
        "What form does the law have?",
        each(({ name, law }) => says(`${name}: ${describe(law).form}`)),
      ),
      itemOf("form.variables", "Which variables does it relate, in which units?", [
        ...(all.length === 0
          ? [none]
          : [says("N in parameters, D in tokens, C in FLOPs, L in nats per token (unless said below)")]),
        countingPart(convention),
      ]),
      itemOf(
        "form.parameters",
        "Which parameters are fitted, and which are held?",
        each(({ name, parameters, fit }) => says(`${name}: ${parameters.join(", ")}${heldText(fit)}`)),
      ),
      itemOf(
        "form.origin",
        "On what is the form founded?",
        each(({ name, law }) => says(`${name}: ${describe(law).source}`)),
      ),
      itemOf(
        "form.assumptions",
        "What does the form assume of its variables?",
        all.length === 0
          ? [none]
          : assumptions(
              all.map(({ law }) => law),
              convention,
            ),
      ),
    ],
  };
}

function countingPart({ parameters, flops }: CountingConvention): Part {
  const said = [
    ...(parameters === "given"
      ? []
      : [`N counts ${parameters === "total" ? "every parameter" : "parameters without the embeddings"}`]),
    ...(flops === "given" ? [] : [`C is ${flops === "6N" ? "6ND" : `counted by ${flops}`}`]),
  ];
  if (said.length === 2) return says(said.join("; "));
  const unsaid = [parameters === "given" ? "N" : undefined, flops === "given" ? "C" : undefined].filter(
    (one) => one !== undefined,
  );
  return lacks(
    `${[...said, `what ${unsaid.join(" and ")} count${unsaid.length === 1 ? "s" : ""} is not said`].join("; ")}; name the column after it (non_embedding_params), or import with --counting`,
  );
}

function heldText(fit: ApproachFit | undefined): string {
  if (fit === undefined) return "";
  if (fit.law === "data-constrained")
    return fit.base.held ? `; of the base ${fit.base.name} all are held` : "; the base is fitted with them";
  if (fit.law !== "chinchilla") return "";
  const { fixed, tied } = fit.setting;
  const held = Object.entries(fixed ?? {}).map(([name, value]) => `${name} = ${value} held`);
  return [...held, ...(tied ? ["alpha = beta"] : [])].map((text) => `; ${text}`).join("");
}

function assumptions(laws: readonly string[], { flops }: CountingConvention): Part[] {
  const has = (...names: readonly string[]) => laws.some((law) => names.includes(law));
  return [
    ...(has("chinchilla")
      ? [says("model size and data lessen the loss each by itself, down to one floor E (Approach 3)")]
      : []),
    ...(has("kaplan-compute", "kaplan-model-data") ? [says("no floor: the loss falls to zero (Kaplan's laws)")] : []),
    ...(has("isoflop-power-law", "envelope-power-law")
      ? [says("N_opt and D_opt are power laws of C (Approaches 1 and 2)")]
      : []),
    ...(has("data-constrained")
      ? [says("repeated tokens lose their worth with the number of passes (data-constrained)")]
      : [says("every token counts as fresh")]),
    says(
      flops === "given"
        ? "C follows from N and D as in the records"
        : `C follows from N and D by ${flops === "6N" ? "6ND" : flops}`,
    ),
  ];
}
