/** The button that opens the file picker. */
export const PICKER = "data-choose";

/** Where the focus goes when what had it is gone. */
export const focusPicker = (): void => document.getElementById(PICKER)?.focus();
