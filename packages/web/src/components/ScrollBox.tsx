import type { ComponentChildren } from "preact";

/** A table that may be wider than the page: it scrolls by itself, by keyboard too. */
export function ScrollBox({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fieldset: it holds a table
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, only a pointer could scroll it
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
