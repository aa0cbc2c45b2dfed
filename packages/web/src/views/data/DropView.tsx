/** The view of data. */
export function DropView() {
  return <h1>Data</h1>;
}
