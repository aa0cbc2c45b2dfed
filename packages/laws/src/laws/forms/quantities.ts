import type { InputDescription, QuantityDescription } from "../law.js";

/** Model sizes, data and compute as language-model studies span them. */
export const N_INPUT: InputDescription = { unit: "parameters", meaning: "model size N", range: [1e7, 1e11] };
export const D_INPUT: InputDescription = { unit: "tokens", meaning: "training data D", range: [1e9, 1e13] };
export const C_INPUT: InputDescription = { unit: "FLOPs", meaning: "training compute C", range: [1e18, 1e24] };

export const LOSS: QuantityDescription = { unit: "nats/token", meaning: "test loss" };
