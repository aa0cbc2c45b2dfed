import type { ServerAccess } from "../http.js";
import type { ImportSource } from "../source.js";
import { mlflowDatabase } from "./database.js";
import { mlflowFiles } from "./fileStore.js";
import { mlflowServer } from "./server.js";

/** All that MLflow leaves: run folders, a SQLite database, its server. */
export const mlflowSources = (access: ServerAccess = {}): readonly ImportSource[] => [
  mlflowFiles,
  mlflowDatabase,
  mlflowServer(access),
];
