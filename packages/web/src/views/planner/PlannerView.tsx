import { useEffect } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { BudgetLine } from "./amounts.js";
import { BudgetForm } from "./BudgetForm.js";
import { Charts } from "./Charts.js";
import { FewTokens } from "./FewTokens.js";
import { LawsForm } from "./LawsForm.js";
import { OptimumTable } from "./OptimumTable.js";
import { Proposal } from "./Proposal.js";
import { plannerTexts } from "./plannerTexts.js";
import { Serving } from "./Serving.js";
import { budget, notices } from "./store.js";
import "./planner.css";

/** What to train with a budget, by several laws at once. */
export function PlannerView() {
  const t = inLocale(plannerTexts);
  useEffect(() => {
    // Fits the runs that are open, if there are any: after the numbers that need none.
    void import("../laws/fitting.js");
  }, []);
  return (
    <div class="planner">
      <h1>{t.title}</h1>
      <p class="faint">{t.lead}</p>
      {notices.value.length > 0 && (
        <div class="card planner-notice" role="status">
          <p>{t.notices}</p>
          <ul>
            {notices.value.map(({ parameter, text }) => (
              <li key={`${parameter} ${text}`}>
                <code>
                  {parameter}={text}
                </code>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div class="planner-columns">
        <form class="planner-form" onSubmit={(event) => event.preventDefault()}>
          <BudgetForm />
          <LawsForm />
        </form>
        <div class="planner-results">
          <section aria-labelledby="planner-optimum">
            <h2 id="planner-optimum">{t.optimum}</h2>
            <BudgetLine flops={budget.value.flops} pfDays={budget.value.pfDays} />
            <OptimumTable />
          </section>
          <Charts />
          <div class="planner-alternatives">
            <Serving />
            <FewTokens />
          </div>
          <Proposal />
        </div>
      </div>
    </div>
  );
}
