import { expect, it } from "vitest";
import { changeText } from "./lawRow.js";

it("tells how far a value has moved, signed, and of large ones the share", () => {
  expect(changeText(0.4627, 0.4562)).toBe("+0.0065");
  expect(changeText(0.4562, 0.4627)).toBe("−0.0065");
  expect(changeText(2e9, 1.9e9)).toBe("+5.3 %");
  expect(changeText(1e9, 4e9)).toBe("−75 %");
  expect(changeText(-3, -2)).toBe("−1");
  expect(changeText(1, 0)).toBe("+1");
});

it("tells of no change where there is none but of the last digits", () => {
  expect(changeText(2.878, 2.878)).toBe("±0");
  expect(changeText(2.878 + 6e-12, 2.878)).toBe("±0");
  expect(changeText(0, 0)).toBe("±0");
});
