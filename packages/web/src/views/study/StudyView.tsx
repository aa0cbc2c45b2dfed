/** The view of study. */
export function StudyView() {
  return <h1>Study</h1>;
}
