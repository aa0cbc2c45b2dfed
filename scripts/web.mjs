// npm run build:web: the pages that `isoflop serve` sends. npm run build:site: the same as a static site, packages/web/dist/site.
import { viteBuild } from "./setup.mjs";

viteBuild(...process.argv.slice(2));
