import { expect, it } from "vitest";
import { legalXml } from "./xmlText.js";

it("leaves nothing that a reader of XML refuses: control characters, halves of pairs, and what HTML names a no-break space", () => {
  expect(legalXml("<text>a\u0000b\ud800c&nbsp;d &amp;nbsp; 😀</text>")).toBe(
    "<text>a\ufffdb\ufffdc\u00a0d &amp;nbsp; 😀</text>",
  );
});
