import { basename, join } from "node:path";
import { labAtWork } from "../../executors/studyLock.js";
import { readControl } from "../../runs/control.js";
import { listRuns } from "../../runs/folder.js";
import { READ_AT_ONCE } from "../../runs/records.js";
import { notedRuns } from "../../runs/studyRuns.js";
import { readForecast } from "../../steps/forecast.js";
import type { StudyFolder } from "../../study/folder.js";
import type { LiveRun, StatedForecast, StudyState } from "../api.js";
import { observationsMark } from "../observationsMark.js";
import type { ServedStudy } from "../served.js";
import type { Board, Changes, Look } from "./board.js";
import { pointsEach, thinPoints } from "./points.js";
import type { QueueWatch } from "./queueWatch.js";
import { type RunWatch, watchRun } from "./runWatch.js";
import { secondsLeft } from "./secondsLeft.js";
import { stampOf } from "./stamp.js";

/** One in so many runs is read again at every look, whatever its stamps say. */
const ROUND = 30;
/** New points of one run that are told at a time. */
const NEWS = 40;
/** A run whose metrics grew within so many looks is at work, whoever trains it. */
const LATELY = 120;
/** Curves that are read at a time. */
const CURVES_AT_ONCE = 16;

/** Looks at a study that isoflop trains. Nothing is kept but what is shown: the study's files are its state. */
export function lookAtStudy({ key, name, file }: ServedStudy, queue: QueueWatch): Look {
  const watched = new Map<string, RunWatch>();
  const board: Board = { state: { ...NOTHING_KNOWN, key, name }, runs: new Map(), curves: new Map() };
  let looks = 0;
  let grewAt = Number.NEGATIVE_INFINITY;
  let listed = "";
  let shown: StudyFolder["study"] | undefined;
  let queued = queue.known();

  /** Whether the runs that belong to the study are others than before. */
  const list = async (folder: StudyFolder): Promise<string[]> => {
    const files = ["runs", "sweep", "design.json", "forecast.json"];
    const stamps = (await Promise.all(files.map((name) => stampOf(join(folder.folder, name))))).join();
    if (stamps === listed && looks % ROUND !== 0) return [];
    const noted = await notedRuns(folder);
    const design = (await listRuns(folder.runs)).filter((path) => noted?.has(basename(path)) ?? true);
    const sweep = await listRuns(join(folder.folder, "sweep"));
    const there = new Map<string, RunWatch>();
    const add = (path: string, part: LiveRun["part"]) => {
      const id = basename(path);
      if (!there.has(id)) there.set(id, watched.get(id) ?? watchRun(path, part));
    };
    for (const path of design) add(path, "design");
    for (const path of sweep) add(path, "sweep");
    const gone = [...watched.keys()].filter((id) => !there.has(id));
    for (const id of gone) {
      watched.delete(id);
      board.runs.delete(id);
      board.curves.delete(id);
    }
    for (const [id, run] of there) watched.set(id, run);
    listed = stamps;
    return gone;
  };

  /** A run's line, with its place in the queue while it has not ended. */
  const lineOf = (id: string, run: RunWatch): LiveRun | undefined => {
    const line = run.line();
    const slurm = run.state()?.result === undefined ? queued.places.get(id) : undefined;
    return line === undefined || slurm === undefined ? line : { ...line, slurm };
  };

  const lines = async ({ folder, study }: StudyFolder): Promise<{ changed: string[]; gone: string[] }> => {
    const control = await readControl(folder);
    const edited = study !== shown;
    const moved = queue.known() !== queued;
    [shown, queued] = [study, queue.known()];
    const changed: string[] = [];
    const gone: string[] = [];
    await forAll([...watched], READ_AT_ONCE, async ([id, run], i) => {
      const isOther = await run.look(control, study.counting, edited || (i + looks) % ROUND === 0);
      if (!isOther && !moved) return;
      const line = lineOf(id, run);
      if (line === undefined) {
        if (board.runs.delete(id)) gone.push(id);
      } else if (isOther || placeOf(line) !== placeOf(board.runs.get(id))) {
        board.runs.set(id, line);
        changed.push(id);
      }
    });
    return { changed, gone };
  };

  const curves = async (tell: (changes: Changes) => void): Promise<void> => {
    const each = pointsEach(watched.size);
    await forAll([...watched], CURVES_AT_ONCE, async ([id, run]) => {
      const had = board.curves.get(id);
      const news = await run.curve({ whole: each, news: NEWS });
      if (news === undefined) return;
      const { whole, points } = news;
      if (!whole || had !== undefined) grewAt = looks;
      const curve = whole || had === undefined ? points : [...had, ...points];
      board.curves.set(id, curve.length > 4 * each ? thinPoints(curve, each) : curve);
      tell({ curves: [{ id, whole, points }] });
    });
  };

  /** forecast.json, read when it is another; why it cannot be read. */
  let stated: { readonly stamp: string; readonly forecast?: StatedForecast; readonly problem?: string } = { stamp: "" };
  const readStated = async (folder: StudyFolder): Promise<void> => {
    const stamp = await stampOf(join(folder.folder, "forecast.json"));
    if (stamp === stated.stamp) return;
    try {
      const found = await readForecast(folder);
      if (found === undefined) stated = { stamp };
      else {
        const { statedAt, approach, budgets } = found;
        stated = {
          stamp,
          forecast: { statedAt, approach, budgets: budgets.map(({ budget, runs }) => ({ budget, runs })) },
        };
      }
    } catch (error) {
      stated = { stamp, problem: error instanceof Error ? error.message : String(error) };
    }
  };

  let left: number | undefined;
  const state = async (folder: StudyFolder, moved: boolean): Promise<StudyState> => {
    const { study } = folder;
    const held = (await readControl(folder.folder)).study;
    await readStated(folder);
    const states = [...watched.values()].flatMap((run) => run.state() ?? []);
    if (moved) left = secondsLeft(states, study);
    const onCluster = study.executor.kind === "slurm" && looks - grewAt < LATELY;
    const atWork = [...board.runs.values()].some(({ slurm }) => slurm?.state === "RUNNING");
    return {
      key,
      name: study.name,
      kind: "study",
      design: study.design.kind,
      training: onCluster || atWork || (await labAtWork(folder.folder)) !== undefined,
      counting: study.counting.parameters,
      heldOut: study.holdout.budgets,
      ...(held === undefined ? {} : { held }),
      ...(left === undefined ? {} : { secondsLeft: left }),
      ...(stated.forecast === undefined ? {} : { forecast: stated.forecast }),
      ...(queued.problem === undefined ? {} : { queueProblem: queued.problem }),
      unreadable: [
        ...(stated.problem === undefined ? [] : [{ id: "forecast.json", reason: stated.problem }]),
        ...[...watched].flatMap(([id, run]) => {
          const reason = run.trouble();
          return reason === undefined ? [] : [{ id, reason }];
        }),
      ],
      observations: await observationsMark(
        folder,
        states.filter(({ spec }) => board.runs.get(spec.id)?.part !== "sweep"),
      ),
    };
  };

  return {
    board,
    again: async (tell, watching) => {
      const { study: folder, fault } = await file.read();
      if (watching) queue.refresh();
      const edited = shown !== undefined && shown !== folder.study;
      const gone = await list(folder);
      const found = await lines(folder);
      const seen = await state(folder, edited || found.changed.length + found.gone.length + gone.length > 0);
      const now = fault === undefined ? seen : { ...seen, fault };
      const changed = JSON.stringify(now) !== JSON.stringify(board.state);
      board.state = now;
      tell({ state: changed, runs: found.changed, gone: [...gone, ...found.gone] });
      if (watching) await curves(tell);
      looks++;
    },
  };
}

const placeOf = (line: LiveRun | undefined): string => JSON.stringify(line?.slurm ?? null);

/** Before the first look. */
const NOTHING_KNOWN = {
  kind: "study",
  design: "",
  training: false,
  counting: "",
  unreadable: [],
  heldOut: [],
  observations: "",
} as const;

async function forAll<T>(all: readonly T[], atOnce: number, work: (one: T, i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += atOnce) {
    await Promise.all(all.slice(i, i + atOnce).map((one, k) => work(one, i + k)));
  }
}
