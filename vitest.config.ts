import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      "@isoflop/laws": source("laws"),
      "@isoflop/trainer": source("trainer"),
      "@isoflop/figures": source("figures"),
    },
  },
  test: { include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"], testTimeout: 60_000 },
});
