/** As much of Vega-Lite's grammar as the figures need: plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Spec = { readonly [key: string]: Json };

/** Without what is not there. */
export function present(fields: Readonly<Record<string, Json | undefined>>): Spec {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
