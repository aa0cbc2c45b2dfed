import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (folder: string, file = "index.ts") =>
  fileURLToPath(new URL(`./packages/${folder}/${file}`, import.meta.url));

/** What trains nothing (or by a driver in software, for a minute) and starts no daemon: two files at once do not disturb each other. */
const SIDE_BY_SIDE = [
  "packages/{laws,figures,web}/src/**/*.test.ts",
  "packages/lab/src/{checklist,export,import,markdown,read,report,server,study}/**/*.test.ts",
  "packages/lab/src/cli/{dataConstrained,fit,fitLaw,forecast,init,next,plan,program}.test.ts",
  "packages/trainer/src/{data,graph,model,onnx,optimiser,random,tasks}/**/*.test.ts",
  "packages/trainer/src/examination/webgpu.test.ts",
  "packages/web/test/!(quickstart).test.ts",
];

export default defineConfig({
  resolve: {
    alias: {
      "@isoflop/laws/anyLaw": source("laws/src", "anyLaw.ts"),
      "@isoflop/laws/error": source("laws/src", "error.ts"),
      "@isoflop/laws/model": source("laws/src/model"),
      "@isoflop/laws/observations": source("laws/src/observations"),
      "@isoflop/laws/procedures": source("laws/src/procedures"),
      "@isoflop/laws/quantities": source("laws/src", "quantities.ts"),
      "@isoflop/laws/statements": source("laws/src/statements"),
      "@isoflop/laws": source("laws/src"),
      "@isoflop/trainer/contract": source("trainer/src/contract"),
      "@isoflop/trainer/tracking": source("trainer/src/tracking"),
      "@isoflop/trainer": source("trainer/src"),
      "@isoflop/figures/lossUnit": source("figures/src", "lossUnit.ts"),
      "@isoflop/figures/scales": source("figures/src", "scales.ts"),
      "@isoflop/figures/styles": source("figures/src", "styles.ts"),
      "@isoflop/figures": source("figures/src"),
    },
  },
  test: {
    // Against what hangs alone: no test hangs on how fast the machine is, nor on what else it does.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: { name: "side by side", include: SIDE_BY_SIDE, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      // Trainers, Slurm's daemons and a whole study: one file after another, with the processors to themselves.
      {
        extends: true,
        test: {
          name: "one by one",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/web/test/**/*.test.ts",
            "test/**/*.test.ts",
            "trainers/*/test/**/*.test.ts",
          ],
          exclude: SIDE_BY_SIDE,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
