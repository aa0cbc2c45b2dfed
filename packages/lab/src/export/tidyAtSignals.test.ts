import { afterEach, describe, expect, it, vi } from "vitest";
import { tidyAtSignals } from "./tidyAtSignals.js";

afterEach(() => vi.restoreAllMocks());

describe("tidyAtSignals", () => {
  it("tidies up and ends by the signal; once held, the work is done first and nothing is tidied", async () => {
    const before = process.listenerCount("SIGINT");
    const done: string[] = [];
    vi.spyOn(process, "kill").mockImplementation((_, signal) => {
      // A listener that were left would hear the signal in place of the system.
      expect(process.listenerCount("SIGINT")).toBe(before);
      done.push(`ended by ${signal}`);
      return true;
    });
    const tidy = () => void done.push("tidied");
    await tidyAtSignals(tidy, async () => void process.emit("SIGINT", "SIGINT"));
    expect(done.splice(0)).toEqual(["tidied", "ended by SIGINT"]);
    await tidyAtSignals(tidy, async (hold) => {
      hold();
      process.emit("SIGINT", "SIGINT");
      process.emit("SIGTERM", "SIGTERM");
      done.push("replaced");
    });
    expect(done.splice(0)).toEqual(["replaced", "ended by SIGINT"]);
    const failing = () => {
      throw new Error("gone");
    };
    const signalled = tidyAtSignals(failing, async () => void process.emit("SIGHUP", "SIGHUP"));
    await expect(signalled).rejects.toThrow("gone");
    expect(done.splice(0)).toEqual(["ended by SIGHUP"]);
    await expect(tidyAtSignals(tidy, () => Promise.reject(new Error("full")))).rejects.toThrow("full");
    expect(done).toEqual([]);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
