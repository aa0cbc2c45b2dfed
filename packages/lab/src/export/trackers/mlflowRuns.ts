import { setTimeout as pause } from "node:timers/promises";
import { IsoflopError, isIsoflopError } from "@isoflop/laws/error";
import { array, mapping, string } from "../../import/answer.js";
import type { ServerAccess } from "../../import/http.js";
import { mlflowAsk, pages } from "../../import/mlflow/access.js";

/** A run on a tracking server. */
export interface MlflowRun {
  readonly id: string;
  readonly status: string;
  readonly params: ReadonlySet<string>;
  readonly tags: ReadonlyMap<string, string>;
}

export interface NewRun {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly tags: readonly Tag[];
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What is logged by one call: 1000 things together, of them at most 100 parameters and 100 tags (service.proto of mlflow 3.17.2). */
export interface Batch {
  readonly metrics?: readonly {
    readonly key: string;
    readonly value: number | string;
    readonly timestamp: number;
    readonly step: number;
  }[];
  readonly params?: readonly Tag[];
  readonly tags?: readonly Tag[];
}

const TRIES = 8;
const PAGE = 1000;

/** The calls of a tracking server that writing needs. Errors: those of askServer; mlflow-experiment-deleted. */
export function mlflowRuns(base: string, access: ServerAccess) {
  const ask = mlflowAsk(access);
  const askOnce = mlflowAsk({ ...access, tries: 1 });
  const wait = access.wait ?? ((milliseconds: number) => pause(milliseconds));
  const call = (path: string, body: unknown) => ask(base, path, body);

  /**
   * What makes something on the server is asked for once: whether a call without an answer has made it is looked up before
   * it is asked for again.
   */
  const madeOnce = async <T>(find: () => Promise<T | undefined>, make: () => Promise<unknown>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      const found = await find();
      if (found !== undefined) return found;
      try {
        await make();
      } catch (error) {
        if (!isIsoflopError(error) || error.code !== "server-unreachable" || attempt + 1 >= TRIES) throw error;
        await wait(1000 * 2 ** attempt);
      }
    }
  };

  const findExperiment = async (name: string): Promise<string | undefined> => {
    const list = pages((token) => call("experiments/search", { max_results: PAGE, view_type: "ALL", ...token }));
    for await (const page of list) {
      const found = array(page.experiments)
        .map(mapping)
        .find((experiment) => experiment.name === name);
      if (found === undefined) continue;
      if (found.lifecycle_stage !== "deleted") return string(found.experiment_id);
      throw new IsoflopError({
        code: "mlflow-experiment-deleted",
        message: `${base} has an experiment ${JSON.stringify(name)} that was deleted, and takes no other of that name.`,
        hint: "Restore it, or take another name: --experiment <name>.",
      });
    }
    return undefined;
  };

  const findRun = async (experiment: string, tag: Tag): Promise<MlflowRun | undefined> => {
    const answer = mapping(
      await call("runs/search", {
        experiment_ids: [experiment],
        // What is quoted here is one of our own ids: letters, digits and - _.
        filter: `tags.\`${tag.key}\` = '${tag.value}'`,
        run_view_type: "ACTIVE_ONLY",
        max_results: 1,
      }),
    );
    const [run] = array(answer.runs).map(mapping);
    if (run === undefined) return undefined;
    const [info, data] = [mapping(run.info), mapping(run.data)];
    return {
      id: string(info.run_id),
      status: string(info.status),
      params: new Set(array(data.params).map((param) => string(mapping(param).key))),
      tags: new Map(
        array(data.tags)
          .map(mapping)
          .map(({ key, value }) => [string(key), string(value)]),
      ),
    };
  };

  return {
    /** The experiment of this name, made where there is none. */
    experiment: (name: string): Promise<string> =>
      madeOnce(
        () => findExperiment(name),
        () => askOnce(base, "experiments/create", { name }),
      ),
    /** The run with this tag, made where there is none. */
    run: (experiment: string, tag: Tag, { name, startTime, tags }: NewRun): Promise<MlflowRun> =>
      madeOnce(
        () => findRun(experiment, tag),
        () =>
          askOnce(base, "runs/create", {
            experiment_id: experiment,
            run_name: name,
            start_time: startTime,
            tags: [tag, ...tags],
          }),
      ),
    log: async (run: string, batch: Batch): Promise<void> => {
      await call("runs/log-batch", { run_id: run, ...batch });
    },
    end: async (run: string, status: string, endTime?: number): Promise<void> => {
      await call("runs/update", {
        run_id: run,
        status,
        ...(endTime === undefined ? {} : { end_time: endTime }),
      });
    },
  };
}
