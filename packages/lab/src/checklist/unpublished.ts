import { lacks } from "./item.js";

/** What no file tells of itself. */
export const UNPUBLISHED = lacks("where others can get them: publish the files, and name the place");
