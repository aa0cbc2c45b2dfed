import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Claim, type Holder, holderOf, type Loss, takeClaim } from "./claim.js";
import { until } from "./fixtures/cluster.js";

/** Fifty beats to a lease: a machine that does something else for a while has not let go. */
const times = { beatMs: 20, leaseMs: 1000 };
const never = new AbortController().signal;
let folder: string;
const claims: Claim[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-claim-"));
});
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.release();
  await rm(folder, { recursive: true, force: true });
});

async function take(holder: Holder, onLoss: (loss: Loss) => void = () => {}, signal = never) {
  const claim = await takeClaim(folder, holder, signal, onLoss, times);
  if (claim !== undefined) claims.push(claim);
  return claim;
}
const noted = async () => JSON.parse(await readFile(join(folder, ".claim.json"), "utf8"));
const elsewhere = async (submission: number, restart: number) => ({
  ...(await holderOf(submission, restart, "7_0")),
  host: "another node",
});

describe("the claim on a run", () => {
  it("is one task's, and leaves nothing behind", async () => {
    const claim = await take(await holderOf(1, 0, "7_0"));
    expect(claim).toBeDefined();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    expect(await take(await holderOf(1, 0, "7_1"), undefined, stop.signal)).toBeUndefined();
    await claims.pop()?.release();
    expect((await readdir(folder)).filter((name) => name !== ".claim-asked.json")).toEqual([]);
  });

  it("is left to a later start of the task, which asks for it and waits until it is free", async () => {
    const losses: Loss[] = [];
    const first = await take(await holderOf(1, 0, "7_0"), (loss) => {
      losses.push(loss);
      // As a task does whose trainer has written its checkpoint.
      void first?.release();
    });
    const later = await holderOf(1, 1, "7_0");
    expect(await take(later)).toBeDefined();
    expect(losses).toEqual(["asked"]);
    expect(await noted()).toEqual(later);
    claims.shift();
  });

  it("of a later submission is not to be had by an earlier", async () => {
    await take(await holderOf(2, 0, "9_0"));
    expect(await take(await holderOf(1, 5, "7_0"))).toBeUndefined();
  });

  it("of a process of this host that is gone is taken at once", async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => dead.on("close", resolve));
    const gone = { ...(await holderOf(1, 0, "7_0")), pid: dead.pid ?? 0 };
    await writeFile(join(folder, ".claim.json"), JSON.stringify(gone));
    const mine = await holderOf(1, 1, "7_0");
    expect(await take(mine)).toBeDefined();
    expect(await noted()).toEqual(mine);
  });

  it("of another host is respected while it is renewed, and taken when it no longer is", async () => {
    const holder = await take(await elsewhere(1, 0));
    const mine = await holderOf(1, 1, "7_0");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1.5 * times.leaseMs);
    expect(await take(mine, undefined, stop.signal)).toBeUndefined();
    await holder?.release();
    await writeFile(join(folder, ".claim.json"), JSON.stringify(await elsewhere(1, 0)));
    expect(await take(mine)).toBeDefined();
    expect(await noted()).toEqual(mine);
    claims.shift();
  });

  it("that was taken after a long silence is known as lost to the one who had it", async () => {
    const losses: Loss[] = [];
    await take(await elsewhere(1, 0), (loss) => losses.push(loss));
    const taker = { ...(await holderOf(1, 1, "7_0")) };
    await rm(join(folder, ".claim.json"));
    await writeFile(join(folder, ".claim.json"), JSON.stringify(taker));
    await until("the loss", () => losses.includes("taken"));
    await claims.pop()?.release();
    // The other's claim is not the loser's to remove.
    expect(await noted()).toEqual(taker);
  });
});
