import type { ServerAccess } from "../http.js";
import type { ImportSource } from "../source.js";
import { wandbExport } from "./export.js";
import { wandbOffline } from "./offline.js";
import { wandbServer } from "./server.js";

/** All that W&B leaves: run folders, exports, its server. */
export const wandbSources = (access: ServerAccess = {}): readonly ImportSource[] => [
  wandbOffline,
  wandbExport,
  wandbServer(access),
];
