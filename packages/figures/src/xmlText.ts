/**
 * Markup whose characters XML 1.0 allows (section 2.2): what else names of runs may hold, control characters and halves of surrogate
 * pairs, becomes U+FFFD. A serialiser leaves them in, and no reader of SVG takes such a file; nor one with the name that a browser's
 * serialiser (HTML, section 13.3) gives to a no-break space, which XML does not know.
 */
export const legalXml = (markup: string): string => markup.replace(ILLEGAL, "\ufffd").replaceAll("&nbsp;", "\u00a0");

const ILLEGAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in the file
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
