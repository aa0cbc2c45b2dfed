import type { ColumnUse, Field } from "@isoflop/laws/observations";

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL.*)$/;
const GROUPED = String.raw`[+-]?\d{1,3}(,\d{3}){2,}|[+-]?\d{1,3}(,\d{3})+\.\d*`;
const COUNT = String.raw`\d[\d.]*([eE][+-]?\d+)?\s*[kKmMbBgGtT]`;

/**
 * SQL for the number in a column times its scale, as readCell of @isoflop/laws reads cells; NULL for what is none. A count
 * with a unit of its own is not scaled.
 */
function numberSql(field: Field, type: string, scale = 1): string {
  const column = `"${field}"`;
  const scaled = (number: string) => (scale === 1 ? number : `${number} * ${scale}`);
  if (NUMERIC.test(type)) return `(${scaled(`CAST(${column} AS DOUBLE)`)})`;
  if (type !== "VARCHAR") return "CAST(NULL AS DOUBLE)";
  const text = `trim(${column})`;
  const counts =
    field === "parameters" || field === "tokens"
      ? `WHEN regexp_full_match(${text}, '${COUNT}') THEN TRY_CAST(left(${text}, -1) AS DOUBLE) * ` +
        `CASE lower(right(${text}, 1)) WHEN 'k' THEN 1e3 WHEN 'm' THEN 1e6 WHEN 't' THEN 1e12 ELSE 1e9 END `
      : "";
  return (
    `CASE WHEN regexp_full_match(${text}, '${GROUPED}') THEN ${scaled(`TRY_CAST(replace(${text}, ',', '') AS DOUBLE)`)} ` +
    `${counts}ELSE ${scaled(`TRY_CAST(${text} AS DOUBLE)`)} END`
  );
}

/** The same in the field's unit. */
export function valueSql(field: Field, type: string, use: ColumnUse): string {
  if (!use.log) return numberSql(field, type, use.scale);
  const number = numberSql(field, type);
  // The logarithm of what is not positive is an error in SQL.
  return `((CASE WHEN ${number} > 0 THEN ln(${number}) END) * ${use.scale})`;
}
