import { expect, it } from "vitest";
import { DEFAULTS, type LawsState, parseLawsState, printLawsState } from "./lawsState.js";

const again = (state: LawsState): LawsState =>
  parseLawsState(new URLSearchParams(printLawsState(state) as Record<string, string>));

it("is read back from its address as it was", () => {
  const state: LawsState = {
    procedure: "2",
    loss: "huber",
    delta: 0.01,
    curve: "akima",
    resamples: 1000,
    compute: "PF-days",
    parameters: "non-embedding",
    flops: "hoffmann",
    compare: ["kaplan-2020", "llama-3-2024"],
    at: "20PF-days",
    out: ["a b", "c%2C", "日本"],
    picked: ["<script>"],
    run: "a b",
  };
  expect(again(state)).toEqual(state);
  expect(printLawsState(DEFAULTS)).toEqual({});
  expect(again({ ...DEFAULTS, compare: [] })).toEqual({ ...DEFAULTS, compare: [] });
});

it("takes what is usual in place of what cannot be used", () => {
  const hostile = new URLSearchParams(
    "procedure=__proto__&loss=l9&delta=-1&curve=&resamples=1e9&compute=x&parameters=all&flops=7N&compare=nobody&at=javascript:1&out=%25E0%20&picked=",
  );
  expect(parseLawsState(hostile)).toEqual({ ...DEFAULTS, compare: [] });
  const many = Array.from({ length: 5000 }, (_, i) => `r${i}`).join(" ");
  expect(parseLawsState(new URLSearchParams({ out: many })).out.length).toBe(1000);
});
