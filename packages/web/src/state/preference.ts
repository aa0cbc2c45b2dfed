import { effect, type Signal, signal } from "@preact/signals";

/** A choice that the browser remembers; where it may not (a private window), for as long as the page is open. */
export function preference<T extends string>(name: string, allowed: readonly T[], otherwise: T): Signal<T> {
  const key = `isoflop.${name}`;
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(key);
  } catch {
    stored = null;
  }
  const value = signal<T>(allowed.find((one) => one === stored) ?? otherwise);
  effect(() => {
    try {
      localStorage.setItem(key, value.value);
    } catch {
      // Remembered by the page alone.
    }
  });
  return value;
}
