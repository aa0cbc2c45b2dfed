import type { Page } from "playwright-core";

/** Texts that would do something, were they anything but text. Each that is markup sets a mark or leaves an element. */
export const PAYLOADS = {
  script: "<script>globalThis.pwned=1</script>",
  image: "<img src=x onerror=globalThis.pwned=1>",
  address: "javascript:globalThis.pwned=1//",
  svg: "<svg onload=globalThis.pwned=1><animate onbegin=globalThis.pwned=1 attributeName=x dur=1s></svg>",
  mathml: '<math><maction xlink:href="javascript:globalThis.pwned=1">x</maction></math>',
  frame: "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe><base href=//evil.example><link rel=stylesheet>",
  quotes: "\"'`><u class=pwned autofocus tabindex=0 onfocus=globalThis.pwned=1>",
  ending: "</title></style></textarea></option></select></pre></svg>--><u class=pwned>",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of other languages
  template: "{{constructor.constructor('globalThis.pwned=1')()}}${globalThis.pwned=1}<%=1%>%s&lt;u&gt;",
  entity: "&#x3c;img src=x onerror=globalThis.pwned=1&#x3e;\u00a0&nbsp;]]>",
  turned: "\u202egnp.exe",
  controls: "a\u0007\u001b[31m\ud800b",
  formula: "=cmd()|'/c calc'!A1",
  prototype: "__proto__",
  inherited: "constructor",
  long: `${"long".repeat(25_000)}`,
};
export const HOSTILE: readonly string[] = Object.values(PAYLOADS);

/** What is wrong with a page after it was given hostile text: elements, handlers and addresses that only that can have made. */
export async function traces(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if ("pwned" in globalThis) found.push("script has run");
    if ("pwned" in Object.prototype || Object.keys(Object.prototype).length > 0)
      found.push("the prototype has changed");
    const foreign = ".pwned, img, iframe, object, embed, math, maction, animate, base, [srcdoc], body link, body style";
    for (const element of document.querySelectorAll(foreign)) found.push(element.outerHTML.slice(0, 80));
    for (const script of document.scripts) if (!script.src.startsWith(location.origin)) found.push("a strange script");
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        const isAddress = /^(href|src|action|formaction|data|xlink:href)$/.test(name);
        if (/^on/i.test(name) || (isAddress && /^\s*javascript:/i.test(value)))
          found.push(`${name}=${value.slice(0, 60)}`);
      }
    }
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) found.push(`wider than the window: ${scrollWidth} px`);
    return found;
  });
}

/** Everything that must not happen while a page is open; to be looked at when it has been used. */
export async function watchFor(page: Page): Promise<string[]> {
  const faults: string[] = [];
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("popup", () => faults.push("another page was opened"));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text().slice(0, 300)}`);
  });
  await page.exposeFunction("reportViolation", (text: string) => faults.push(`policy: ${text}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void };
      reportViolation(`${violatedDirective} ${blockedURI}`);
    });
  });
  return faults;
}

/** A row of CSV, quoted as RFC 4180 has it. */
export const csvRow = (cells: readonly (string | number)[]): string =>
  cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(",");
