/** The view of planner. */
export function PlannerView() {
  return <h1>Planner</h1>;
}
