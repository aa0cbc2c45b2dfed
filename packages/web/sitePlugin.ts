import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** As the server's policy; who may frame a page only a header can say. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What a static site needs beside the pages: the policy in the page itself, and a service worker that knows all files. */
export function sitePlugin(): Plugin {
  return {
    name: "isoflop-site",
    buildStart() {
      const id = fileURLToPath(new URL("./src/site/serviceWorker.ts", import.meta.url));
      this.emitFile({ type: "chunk", id, fileName: "sw.js" });
    },
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
      { tag: "meta", attrs: { name: "referrer", content: "no-referrer" }, injectTo: "head" },
    ],
    writeBundle({ dir }) {
      if (dir === undefined) throw new Error("The site is built into a folder.");
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && file.name !== "sw.js")
        .map((file) => relative(dir, join(file.parentPath, file.name)).split(sep).join("/"))
        .sort();
      const hash = createHash("sha256");
      for (const file of files) hash.update(file).update(readFileSync(join(dir, file)));
      const worker = join(dir, "sw.js");
      const code = readFileSync(worker, "utf8");
      const addresses = files.map((file) => (file === "index.html" ? "./" : `./${file}`));
      const filled = code
        .replace("__SITE_FILES__", JSON.stringify(addresses))
        .replace("__SITE_VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)));
      if (filled.includes("__SITE_")) throw new Error("The service worker names what the build does not know.");
      writeFileSync(worker, filled);
    },
  };
}
