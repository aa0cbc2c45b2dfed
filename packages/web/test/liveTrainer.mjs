// The built-in trainer, but for one run, which fails as a program of one's own may: with many words, of which some are markup; and
// for the first that is started, which trains a few steps and then waits until it is stopped, however fast the machine is.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv.at(-1);
const { name } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
if (name === process.env.LIVE_FAILS) {
  for (let line = 1; line <= 12; line++) process.stderr.write(`  File "train.py", line ${line}, in step\n`);
  process.stderr.write("ValueError: <img src=x onerror=globalThis.hit=1> is no loss\n");
  process.exit(1);
}
const built = (path) => import(new URL(`../../trainer/dist/${path}`, import.meta.url).href);
if (existsSync(process.env.LIVE_WAITED)) await built("command.js");
else {
  writeFileSync(process.env.LIVE_WAITED, "");
  const asked = new Promise((resolve) => process.once("SIGTERM", resolve));
  // Not for ever: the test may be gone.
  const awake = setTimeout(() => process.exit(1), 600_000);
  const [{ parseRunSpec }, { train }] = await Promise.all(["contract/parseRunSpec.js", "training/train.js"].map(built));
  let looks = 0;
  const stop = {
    get aborted() {
      return looks++ === 5;
    },
  };
  await train(folder, parseRunSpec("run.json", JSON.parse(readFileSync(join(folder, "run.json"), "utf8"))), stop);
  await asked;
  clearTimeout(awake);
  process.exit(143);
}
