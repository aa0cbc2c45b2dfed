/** Paper is white: while the page is printed it is light, whatever the screen has. */
const THEMED = ":root, .isoflop-figure";
let before: readonly (readonly [HTMLElement, string | undefined])[] = [];

addEventListener("beforeprint", () => {
  before = [...document.querySelectorAll<HTMLElement>(THEMED)].map((element) => [element, element.dataset.theme]);
  for (const [element] of before) element.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  for (const [element, theme] of before) {
    if (theme === undefined) delete element.dataset.theme;
    else element.dataset.theme = theme;
  }
  before = [];
});
