import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { mapColumns } from "@isoflop/laws/observations";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { withDatabase } from "../read/database.js";
import { loadTable } from "../read/table.js";
import { importRuns } from "./importRuns.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-bad-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** A file of so many megabytes of one sign, between a beginning and an end; never held. */
async function filled(name: string, megabytes: number, begin: string, end: string, sign = "x"): Promise<string> {
  const isPacked = name.endsWith(".gz");
  const piece = Buffer.alloc(2 ** 20, sign);
  // A gzip file may be several, one after the other: each megabyte is packed once.
  const part = (bytes: Buffer): Buffer => (isPacked ? gzipSync(bytes) : bytes);
  const packed = part(piece);
  const path = await file(name, "");
  const pieces = Readable.from(
    (function* () {
      yield part(Buffer.from(begin));
      for (let i = 0; i < megabytes; i++) yield packed;
      yield part(Buffer.from(end));
    })(),
  );
  await pipeline(pieces, createWriteStream(path));
  return path;
}

const program = fileURLToPath(new URL("../../bin/isoflop.js", import.meta.url));
/** What a process of the command may ever hold: reading takes 300 MB at most, and Node and DuckDB their share. */
const MOST_MEGABYTES = 800;

/** The command in a process of its own, which tells at its end what it held at most. */
async function isoflop(...args: string[]): Promise<{ code: number | null; out: string; megabytes: number }> {
  const tell = `import { writeSync } from "node:fs"; import { isMainThread } from "node:worker_threads";
    if (isMainThread) process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS / 1000)));`;
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const child = spawn(process.execPath, ["--import", hook, program, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = ["", "", "", ""];
  for (const fd of [1, 2, 3]) {
    child.stdio[fd]?.on("data", (chunk: Buffer) => {
      texts[fd] += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out: `${texts[1]}${texts[2]}`, megabytes: Number(texts[3]) };
}

const LINE = '{"step": 1, "tokens": 1e9, "val/loss": 2.5}\n';
const take = () => importRuns([join(folder, "runs")], { to: join(folder, "to"), loss: "last", counting: "6N" });

describe("import", () => {
  it("passes over a line of 1 GB, in bounded memory, and says which", async () => {
    const path = await filled("runs/a/metrics.jsonl", 1024, LINE, `\n${LINE.replace("1,", "2,")}`);
    await file("runs/a/config.json", '{"n_params": 1000000}');
    const { code, out, megabytes } = await isoflop(
      "import",
      join(folder, "runs"),
      "--to",
      join(folder, "to"),
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ records: 1, notices: [`${path}:2 is longer than 8 MB, and is left out`] });
    expect(megabytes).toBeLessThan(300);
  });

  it("says of another encoding which it is, and does not take its damaged names for names", async () => {
    const wide = await file("runs/wide/metrics.jsonl", Buffer.from(`\uFEFF${LINE}`, "utf16le"));
    await file("runs/mark/config.json", '\uFEFF{"n_params": 1000000}');
    await file("runs/mark/metrics.jsonl", `\uFEFF${LINE}`);
    const latin = await file("runs/latin/metrics.jsonl", Buffer.from(`${LINE}{"step": 2, "größe": 1}\n`, "latin1"));
    const { manifest, failed } = await take();
    expect(failed).toEqual([{ path: wide, reason: expect.stringMatching(/UTF-16, and not UTF-8/) }]);
    expect(manifest.runs.map(({ name, points, notices }) => [name, points, notices])).toEqual([
      ["latin", 3, [`${latin}:2 holds signs that are no UTF-8: its names may not be what was logged`]],
      ["mark", 2, []],
    ]);
    expect(manifest.runs[1]?.outcome).toMatchObject({ record: { parameters: 1e6, loss: 2.5 } });
  });

  it("takes numbers for numbers, and nothing else, whatever a column holds", async () => {
    const path = await file(
      "runs/a/metrics.jsonl",
      '{"step": 1, "val/loss": NaN, "tokens": 1e8}\n{"step": 2, "val/loss": "2.5", "tokens": [1]}\n{"step": "x", "val/loss": 2.5, "tokens": 1e999}\n{"step": 4, "val/loss": null, "tokens": true}\n[]\n',
    );
    const { manifest } = await take();
    const [run] = manifest.runs;
    const stored = await readFile(join(folder, "to", "runs", run?.id ?? "", "points.jsonl"), "utf8");
    expect(
      stored
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { key: "val/loss", step: 1, value: "NaN" },
      { key: "tokens", step: 1, value: 1e8 },
      { key: "val/loss", step: 2, value: 2.5 },
      { key: "tokens", step: 2, value: "Infinity" },
    ]);
    expect(run?.notices).toEqual([`${path}:5 is no JSON object, and is left out`]);
  });

  it("runs nothing that a name, setting or value holds", async () => {
    const name = "=cmd()|'!A1\n$(touch pwned)`touch pwned`<script>";
    await file(`runs/${name.replaceAll("/", "")}/metrics.jsonl`, LINE);
    await file(
      `runs/${name.replaceAll("/", "")}/config.yaml`,
      "n_params: 1000000\nbad: !!js/function 'function(){}'\n",
    );
    const { code, out } = await isoflop("import", join(folder, "runs"), "--to", join(folder, "to"));
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/1 records in/) });
    const { code: fitted, stdout } = await command("fit", join(folder, "to"), "--approach", "3", "--bootstrap", "0");
    expect(fitted).toBe(2);
    expect(stdout).not.toMatch(/\n\$\(touch/);
  });
});

describe("fit", () => {
  const ROW = '{"N":1e6,"D":2e7,"loss":3.5}\n';
  const HEAD = "N,D,loss\n1e6,2e7,3.5\n";

  it("refuses lines of gigabytes and what unpacks to them, in bounded memory, with the file", async () => {
    const files = [
      await filled("line.csv", 64, HEAD, "\n2e6,2e7,3.4\n", "0"),
      await filled("line.jsonl", 1024, ROW, `\n${ROW}`),
      await filled("string.json", 64, `[${ROW.trim()},{"x":"`, '"}]'),
      await filled("bomb.csv.gz", 4096, HEAD, "", "0"),
      await filled("bomb.jsonl.gz", 4096, ROW, "", "\0"),
    ];
    for (const path of files) {
      const { code, out, megabytes } = await isoflop("fit", path, "--bootstrap", "0");
      expect({ path, code, out }).toEqual({
        path,
        code: 2,
        out: expect.stringMatching(/cannot be read as a table: .*(line|object)/i),
      });
      expect(out).toContain(path);
      expect(megabytes).toBeLessThan(MOST_MEGABYTES);
    }
  }, 240_000);

  it("reads no table without end: a Parquet file of some kilobytes may hold hundreds of millions of rows", async () => {
    const path = join(folder, "bomb.parquet");
    await withDatabase((connection) =>
      connection.run(`COPY (SELECT 1e6 AS N, 2e7 AS D, 3.5 AS loss FROM range(300000)) TO '${path}'`),
    );
    const load = (most: number) =>
      withDatabase((connection) =>
        loadTable(connection, path, "t", (columns) => mapColumns(columns, {}, path, () => false), undefined, most),
      );
    await expect(load(200_000)).rejects.toMatchObject({
      code: "too-many-rows",
      message: expect.stringMatching(/bomb\.parquet has more than 200,000 rows, and is not read further/),
    });
    expect(await load(300_000)).toMatchObject({ file: path });
  });

  it("runs no formula, and shows names with HTML and line breaks as text", async () => {
    const path = await file(
      "=cmd()\n<b>.csv",
      `run,N,D,loss\n"=HYPERLINK(""x"")",1e6,2e7,oops\n${HEAD.split("\n")[1]}\n`,
    );
    const { code, stderr } = await command("fit", path, "--approach", "3", "--bootstrap", "0");
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
  });
});
