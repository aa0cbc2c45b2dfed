// Test support: the published lines of a trainer's log.
import { readFileSync } from "node:fs";
import { lineSplitter } from "../../../packages/lab/src/adapters/lines.js";

/** Line i of the fixture, counted from 1 below its header, as an adapter is given it. */
export function publishedLines(name: string): string[] {
  const text = readFileSync(new URL(`./fixtures/${name}.log`, import.meta.url), "utf8").replace(/^(#.*\n)+/, "");
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  splitter.push(text);
  splitter.end();
  return lines;
}
