/** The view of laws. */
export function LawsView() {
  return <h1>Laws</h1>;
}
