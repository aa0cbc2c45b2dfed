// What "isoflop/browser/laws" declares; its code is dist/browser/laws.js (npm run bundle).
export * from "@isoflop/laws/anyLaw";
