/** Gives every run's name once as the name of a folder, whatever characters it has: a second of the same name gets a number. */
export function folderNames(): (name: string) => string {
  const given = new Set<string>();
  return (name) => {
    const plain =
      name
        .replace(/[^A-Za-z0-9._=+-]+/g, "-")
        .replace(/^[.-]+/, "")
        .slice(0, 100) || "run";
    let unique = plain;
    // Some file systems take upper and lower case for the same.
    for (let i = 2; given.has(unique.toLowerCase()); i++) unique = `${plain}-${i}`;
    given.add(unique.toLowerCase());
    return unique;
  };
}
