import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Gives each test of a file a folder of its own, with nanochat's in it, and clears what it told its fake trainers. */
export function inFolder(onMade: (folder: string) => void): void {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-adapters-"));
    process.env.NANOCHAT_BASE_DIR = join(folder, "nanochat");
    onMade(folder);
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (/^FAKE_|^NANOCHAT_/.test(name)) delete process.env[name];
    await rm(folder, { recursive: true, force: true });
  });
}
