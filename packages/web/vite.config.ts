import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { sitePlugin } from "./sitePlugin.js";

const source = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

// Two builds of the same pages: those that `isoflop serve` sends (into the lab's dist) and, with --mode site, a static site.
export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: mode === "site" ? [sitePlugin()] : [],
  resolve: {
    // The sources, so that what no view uses is left out.
    alias: {
      "@isoflop/laws/model": source("laws/src/model/index.ts"),
      "@isoflop/laws/observations": source("laws/src/observations/index.ts"),
      "@isoflop/laws/anyLaw": source("laws/src/anyLaw.ts"),
      "@isoflop/laws/procedures": source("laws/src/procedures/index.ts"),
      "@isoflop/laws/quantities": source("laws/src/quantities.ts"),
      "@isoflop/laws/statements": source("laws/src/statements/index.ts"),
      "@isoflop/laws/error": source("laws/src/error.ts"),
      "@isoflop/laws": source("laws/src/index.ts"),
      "@isoflop/figures/lossUnit": source("figures/src/lossUnit.ts"),
      "@isoflop/figures/scales": source("figures/src/scales.ts"),
      "@isoflop/figures/styles": source("figures/src/styles.ts"),
      "@isoflop/figures": source("figures/src/index.ts"),
    },
  },
  worker: {
    format: "es",
    // Its list of all decompressors compiles WebAssembly when it is loaded, which the page's policy forbids; nothing uses it.
    rolldownOptions: { treeshake: { moduleSideEffects: (id) => !id.includes("hyparquet-compressors") } },
  },
  build: {
    outDir: mode === "site" ? source("web/dist/site") : source("lab/dist/web"),
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
  },
}));
