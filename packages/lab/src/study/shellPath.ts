/**
 * A path as a shell and this program's options take it, for commands that a user may copy: quoted where it must be, and
 * not looking like an option.
 */
export function shellPath(path: string): string {
  return shellWord(path.startsWith("-") ? `./${path}` : path);
}

/** A word of a command line, quoted where a shell would not take it as it stands. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
