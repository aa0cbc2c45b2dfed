/** Warnings by their codes, in the order in which codes first come. */
export function byCode<Warning extends { readonly code: string }>(
  warnings: readonly Warning[],
): readonly (readonly [code: string, own: readonly Warning[]])[] {
  const groups = new Map<string, Warning[]>();
  for (const warning of warnings) {
    const own = groups.get(warning.code);
    if (own) own.push(warning);
    else groups.set(warning.code, [warning]);
  }
  return [...groups];
}
