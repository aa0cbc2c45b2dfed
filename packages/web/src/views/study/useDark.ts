import { useEffect, useState } from "preact/hooks";
import { theme } from "../../state/theme.js";

const query = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark just now: what is drawn on a canvas must be drawn anew when it changes. */
export function useDark(): boolean {
  const [system, setSystem] = useState(query.matches);
  useEffect(() => {
    const onChange = () => setSystem(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  return theme.value === "auto" ? system : theme.value === "dark";
}
