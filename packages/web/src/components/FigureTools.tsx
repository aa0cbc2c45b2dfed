import type { FigureOptions } from "@isoflop/figures";
import { useState } from "preact/hooks";
import { inLocale, locale } from "../i18n/locale.js";
import { theme } from "../state/theme.js";
import { componentTexts } from "./componentTexts.js";
import { FigureData } from "./FigureData.js";
import { type FigureFormat, FORMATS } from "./figureFormats.js";
import "./figureCard.css";

/** What a page may set of its figures. */
export type FigurePicking = Pick<FigureOptions, "selected" | "leftOut" | "compute" | "lossUnit" | "counting">;

interface FigureToolsProps<Data> {
  /** Names the files. */
  readonly name: string;
  readonly title: string;
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
  readonly picking?: FigurePicking | undefined;
}

/** What every figure offers below it: its file in each format, and its data as tables. */
export function FigureTools<Data>({ name, title, draw, data, picking }: FigureToolsProps<Data>) {
  const t = inLocale(componentTexts);
  const [failure, setFailure] = useState<string>();
  const [shade, language] = [theme.value, locale.value];
  const save = async (format: FigureFormat): Promise<void> => {
    const dark = shade === "dark" || (shade === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    setFailure(undefined);
    try {
      const { figureFile, saveBlob } = await import("./saveFigure.js");
      const options = { document, theme: shade, language, ...picking };
      saveBlob(`${name}.${format}`, await figureFile(format, draw, data, options, dark));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <div class="figure-tools">
        <span class="faint">{t.download}</span>
        {FORMATS.map((format) => (
          <button
            type="button"
            key={format}
            aria-label={t.downloadAs(format.toUpperCase(), title)}
            onClick={() => void save(format)}
          >
            {format.toUpperCase()}
          </button>
        ))}
        {failure !== undefined && <span role="alert">{t.failed(failure)}</span>}
      </div>
      <FigureData data={data} title={title} />
    </>
  );
}
