// What "isoflop/browser" declares; its code is dist/browser/isoflop.js (npm run bundle).
export * from "@isoflop/laws/library";
