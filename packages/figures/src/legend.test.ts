import { describe, expect, it } from "vitest";
import { serverDocument } from "./index.js";
import { drawLegend, textWidth } from "./legend.js";
import { placeLabels } from "./placeLabels.js";

describe("textWidth", () => {
  it("reckons kana, ideographs and full-width forms as one em, Latin as less", () => {
    expect(textWidth("損失", 12)).toBe(24);
    expect(textWidth("パラメータ", 10)).toBe(50);
    expect(textWidth("（全角）", 10)).toBe(40);
    expect(textWidth("loss", 12)).toBeLessThan(4 * 12 * 0.7);
  });
});

describe("a legend in Japanese", () => {
  it("wraps before its entries reach beyond the figure", () => {
    const label = "効率的フロンティアと等計算量線";
    const entries = [0, 1, 2].map(() => ({ label, mark: "dot" as const, color: "none" }));
    const { node, height } = drawLegend(serverDocument(), [{ entries }], 480, 12);
    for (const text of node.querySelectorAll("text"))
      expect(Number(text.getAttribute("x")) + 12 * label.length).toBeLessThanOrEqual(480);
    expect(height).toBe(2 * 19);
  });
});

describe("placeLabels", () => {
  it("puts a long Japanese label to the left of a point near the right edge", () => {
    const frame = { left: 0, right: 200, top: 0, bottom: 100 };
    const [place] = placeLabels([{ text: "計算最適なモデル", x: 150, y: 50 }], frame, 12);
    expect(place?.anchor).toBe("end");
    expect(placeLabels([{ text: "best", x: 150, y: 50 }], frame, 12)[0]?.anchor).toBe("start");
  });
});
