import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importRuns } from "../import/importRuns.js";
import { readObservations } from "./observations.js";

it("an import that has dropped every run is told by its reasons, not as an empty file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-dropped-"));
  writeFileSync(join(folder, "metrics.jsonl"), '{"step":1,"loss":3}\n{"step":2,"loss":2}\n');
  const to = join(folder, "imported");
  await importRuns([join(folder, "metrics.jsonl")], { to, loss: "last", counting: "6N" });
  await expect(readObservations([to])).rejects.toMatchObject({
    code: "no-observations",
    exitCode: 2,
    message: expect.stringMatching(/dropped all of the 1 runs .*; 1 of them because: N is not known/),
  });
});
