import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellPath } from "./shellPath.js";

describe("a path in a command to copy", () => {
  it("stays as it is where it can, and comes out of a shell as the same path where it cannot", () => {
    expect(shellPath("studies/sotu")).toBe("studies/sotu");
    expect(shellPath("-dash")).toBe("./-dash");
    for (const path of ["a b", "it's", 'say "x"', "$(touch x)", "ünï", "a;b", "*", "new\nline"]) {
      expect(execFileSync("sh", ["-c", `printf %s ${shellPath(path)}`], { encoding: "utf8" })).toBe(path);
    }
  });
});
