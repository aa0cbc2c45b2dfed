/**
 * A path as a shell and this program's options take it, for commands that a user may copy: quoted where it must be, and
 * not looking like an option.
 */
export function shellPath(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
