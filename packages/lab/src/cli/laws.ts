import { everyLaw, type Law } from "@isoflop/laws";
import { Command } from "commander";
import { type CommandIo, writeJsonOutput } from "./io.js";

/** `isoflop laws`: what `isoflop fit --law` can fit. */
export function lawsVerb(io: CommandIo): Command {
  return new Command("laws")
    .summary("list every law that can be fitted")
    .description(
      "Lists every law with its form, inputs, parameters and source. Fit one with: isoflop fit <files> --law <name>",
    )
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop laws")
    .action((flags: { readonly json?: true }) => {
      if (flags.json) writeJsonOutput(io, { laws: everyLaw.map(described) });
      else io.stdout(`${everyLaw.map(lawEntry).join("\n")}`);
    });
}

function described({ name, form, source, inputs, output, parameters, published }: Law) {
  return { name, form, source, inputs, output, parameters, published };
}

function lawEntry(law: Law): string {
  const listed = (quantities: Law["inputs"] | Law["parameters"]) =>
    Object.entries(quantities).map(([name, { unit, meaning }]) => `    ${name}: ${meaning} [${unit}]`);
  const published = Object.entries(law.published.parameters).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(5))}`,
  );
  return [
    `${law.name}`,
    `  ${law.form}   [${law.output.unit}]`,
    `  ${law.source}`,
    "  inputs",
    ...listed(law.inputs),
    "  parameters",
    ...listed(law.parameters),
    `  constants: ${published.join(", ")}`,
    `    ${law.published.source}`,
    "",
  ].join("\n");
}
