import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Answers of a server that need not be asked for again. */
export interface KeptPages {
  readonly read: (key: string) => Promise<unknown>;
  readonly keep: (key: string, page: unknown) => Promise<void>;
}

/** Pages as files of a folder, named after what was asked: never after what came from outside. */
export function pagesIn(folder: string): KeptPages {
  const file = (key: string) => join(folder, `${createHash("sha256").update(key).digest("hex")}.json`);
  return {
    read: async (key) => {
      try {
        return JSON.parse(await readFile(file(key), "utf8"));
      } catch {
        return undefined;
      }
    },
    keep: async (key, page) => {
      await mkdir(folder, { recursive: true });
      const part = `${file(key)}.${process.pid.toString()}`;
      await writeFile(part, JSON.stringify(page));
      await rename(part, file(key));
    },
  };
}

/** A page from what is kept, or from the server, and then kept. */
export async function keptPage(
  pages: KeptPages | undefined,
  key: string,
  ask: () => Promise<unknown>,
): Promise<unknown> {
  const kept = await pages?.read(key);
  if (kept !== undefined) return kept;
  const page = await ask();
  await pages?.keep(key, page);
  return page;
}
