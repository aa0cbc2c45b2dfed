import { useEffect, useState } from "preact/hooks";
import { inLocale } from "../i18n/locale.js";
import { address } from "../state/route.js";
import { shellTexts } from "./shellTexts.js";

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** The whole page takes dropped files, in whatever view: left to itself, the browser would leave the page for the file. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  const t = inLocale(shellTexts);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    addEventListener(
      "dragover",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    // Left for outside the window, and not for another element of it.
    addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), { signal });
    addEventListener(
      "drop",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(false);
        const files = [...(event.dataTransfer?.files ?? [])];
        location.hash = address("data");
        void import("../views/data/importState.js").then(({ readFiles }) => readFiles(files));
      },
      { signal },
    );
    return () => ended.abort();
  }, []);
  return over ? <div class="drop-over">{t.dropOver}</div> : null;
}
