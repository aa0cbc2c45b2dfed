/** The figures' colours as this element has them now, for a canvas, which knows no custom properties. */
export function paletteColors(element: Element): { ramp: (step: number) => string; ink: string; background: string } {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(`--isoflop-${name}`).trim();
  return { ramp: (step) => of(`ramp-${step}`), ink: of("ink"), background: of("background") };
}
