/** "2025-01-02 03:04 UTC" of an ISO 8601 instant; anything else is shown as it came. */
export function formatInstant(instant: string): string {
  const milliseconds = Date.parse(instant);
  if (Number.isNaN(milliseconds)) return instant;
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
