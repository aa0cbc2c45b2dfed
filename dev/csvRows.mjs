import { readFileSync } from "node:fs";

/** The rows of a CSV file without quotes, as objects by the names in its first line. */
export function csvRows(path) {
  const [header, ...lines] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));
}
