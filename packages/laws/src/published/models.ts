/** A published language model. */
export interface PublishedModel {
  readonly name: string;
  readonly year: number;
  /** N, every parameter. */
  readonly parameters: number;
  /** D, training tokens. */
  readonly tokens: number;
  readonly source: string;
}

/** The models of Hoffmann et al. 2022, Figure 1 and Table 1. C is taken as 6ND. */
export const publishedModels: readonly PublishedModel[] = [
  { name: "LaMDA", year: 2022, parameters: 137e9, tokens: 168e9, source: "Thoppilan et al. 2022" },
  { name: "GPT-3", year: 2020, parameters: 175e9, tokens: 300e9, source: "Brown et al. 2020" },
  { name: "Jurassic-1", year: 2021, parameters: 178e9, tokens: 300e9, source: "Lieber et al. 2021" },
  { name: "Gopher", year: 2021, parameters: 280e9, tokens: 300e9, source: "Rae et al. 2021" },
  { name: "MT-NLG", year: 2022, parameters: 530e9, tokens: 270e9, source: "Smith et al. 2022" },
  { name: "Chinchilla", year: 2022, parameters: 70e9, tokens: 1.4e12, source: "Hoffmann et al. 2022" },
];

/** "300B tokens whatever the size": how models were trained before Chinchilla, the dashed line of its Figure 1. */
export const TOKENS_WHATEVER_THE_SIZE = 300e9;
