// The built-in trainer, but for one run, which fails as a program of one's own may: with many words, of which some are markup.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { name } = JSON.parse(readFileSync(join(process.argv.at(-1), "run.json"), "utf8"));
if (name === process.env.LIVE_FAILS) {
  for (let line = 1; line <= 12; line++) process.stderr.write(`  File "train.py", line ${line}, in step\n`);
  process.stderr.write("ValueError: <img src=x onerror=globalThis.hit=1> is no loss\n");
  process.exit(1);
}
await import(new URL("../../trainer/dist/command.js", import.meta.url).href);
