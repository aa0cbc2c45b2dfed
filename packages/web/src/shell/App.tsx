import { effect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { inLocale } from "../i18n/locale.js";
import { liveStudy } from "../state/live.js";
import { pageTitle } from "../state/liveStore.js";
import { route, type View } from "../state/route.js";
import { DropTarget } from "./DropTarget.js";
import { Header } from "./Header.js";
import { shellTexts } from "./shellTexts.js";

/** Each view is a file of its own, fetched when it is first looked at. */
const VIEWS: Readonly<Record<View, () => Promise<ComponentType>>> = {
  // By the build's own word, so that each build leaves out what the other shows.
  study: async () =>
    import.meta.env.MODE !== "site"
      ? (await import("../views/study/StudyView.js")).StudyView
      : (await import("../views/site/NoServerView.js")).NoServerView,
  laws: async () => (await import("../views/laws/LawsView.js")).LawsView,
  planner: async () => {
    // Plans may be by a fit of the runs that are open, whichever view was looked at first.
    void import("../views/laws/fitting.js");
    return (await import("../views/planner/PlannerView.js")).PlannerView;
  },
  data: async () => (await import("../views/data/DropView.js")).DropView,
};

/** The page: its head, and the view that the address names. */
export function App() {
  const { view } = route.value;
  const t = inLocale(shellTexts);
  const main = useRef<HTMLElement>(null);
  const [shown, setShown] = useState<{ readonly view: View; readonly Content: ComponentType }>();
  useEffect(() => {
    let wanted = true;
    VIEWS[view]().then((Content) => {
      if (wanted) setShown({ view, Content });
    });
    return () => {
      wanted = false;
    };
  }, [view]);
  // By signals: the views are not rendered anew whenever a run ends.
  useEffect(
    () =>
      effect(() => {
        document.title = pageTitle(inLocale(shellTexts).views[route.value.view], liveStudy.value);
      }),
    [],
  );
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <Header />
      <DropTarget />
      <main id="content" ref={main} tabIndex={-1} aria-busy={shown?.view !== view}>
        {shown?.view === view ? <shown.Content /> : <p class="faint">{t.loading}</p>}
      </main>
    </>
  );
}
