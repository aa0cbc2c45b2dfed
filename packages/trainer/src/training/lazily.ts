/** Makes something when it is first asked for, and keeps it: what a run may never need does not delay its first step. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
