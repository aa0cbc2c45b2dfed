/** An error's message and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

export const refusal = (message: string, hint: string): Refusal => ({ message, hint });
