// npm run bench -- <name>: runs bench/<name>.mjs, after setting up what is missing.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setUp } from "../scripts/setup.mjs";

const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(fileURLToPath(new URL(".", import.meta.url)))
  .filter((file) => file.endsWith(".mjs") && file !== "run.mjs")
  .map((file) => file.replace(/\.mjs$/, ""));
if (!names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- <name>, one of ${names.join(", ")}\n`);
  process.exit(2);
}
setUp();
const { bench } = await import(`./${name}.mjs`);
process.exitCode = await bench(rest);
