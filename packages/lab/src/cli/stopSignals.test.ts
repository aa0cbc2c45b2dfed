import { describe, expect, it } from "vitest";
import { stopSignals } from "./stopSignals.js";

describe("signals", () => {
  it("are heard while trainers are at work and left to the system otherwise, so that Ctrl-C ends a long fit", async () => {
    const before = process.listenerCount("SIGINT");
    let forced = 0;
    const { signal, whileTraining } = stopSignals(() => forced++);
    expect(process.listenerCount("SIGINT")).toBe(before);
    await whileTraining(async () => {
      expect(process.listenerCount("SIGINT")).toBe(before + 1);
      process.emit("SIGINT", "SIGINT");
      expect(signal.aborted).toBe(true);
      expect(forced).toBe(0);
      process.emit("SIGINT", "SIGINT");
      expect(forced).toBe(1);
    });
    expect(process.listenerCount("SIGINT")).toBe(before);
    await expect(whileTraining(() => Promise.reject(new Error("x")))).rejects.toThrow("x");
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
