/** Ids that an address has as they are; longer ones by a mark of theirs. */
const LONGEST_ID = 200;
const MARK = /^~[0-9a-z]{1,11}$/;

/** How an address names a run. */
export const addressOf = (id: string): string => (id.length <= LONGEST_ID ? id : `~${digestOf(id)}`);

/** Whether an address may name a run so. */
export const isAddress = (text: string): boolean => text !== "" && text.length <= LONGEST_ID;

/** What an address names, among the runs that there are: themselves, and in the place of a mark the run that has it. */
export function runsNamed(named: readonly string[], ids: Iterable<string>): readonly string[] {
  if (!named.some((one) => MARK.test(one))) return named;
  const byMark = new Map<string, string>();
  for (const id of ids) if (id.length > LONGEST_ID) byMark.set(addressOf(id), id);
  return named.some((one) => byMark.has(one)) ? named.map((one) => byMark.get(one) ?? one) : named;
}

/** 53 bits of a text (cyrb53): enough to tell the runs of a study from each other. */
function digestOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
