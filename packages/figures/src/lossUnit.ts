import { bilingual, inLanguage, type Language } from "./language.js";

/** What losses are told in: nats per token, unless they were read as something else. */
export type LossUnit = "nats per token" | "nats per byte" | "bits per byte" | "bits per character";

const units = bilingual(
  {
    "nats per token": "nats per token",
    "nats per byte": "nats per byte",
    "bits per byte": "bits per byte",
    "bits per character": "bits per character",
    several: "each law in its own unit",
  },
  {
    "nats per token": "nat/トークン",
    "nats per byte": "nat/バイト",
    "bits per byte": "bit/バイト",
    "bits per character": "bit/文字",
    several: "単位は法則ごと",
  },
);

/** Which unit a figure's losses are in; several where laws of different units stand in it. */
export interface LossUnitOptions {
  readonly language?: Language;
  readonly lossUnit?: LossUnit | "several";
}

/** The unit as axes and sentences have it. */
export const lossUnitText = ({ language = "en", lossUnit = "nats per token" }: LossUnitOptions): string =>
  inLanguage(units, { language })[lossUnit];
