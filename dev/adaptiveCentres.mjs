// Adaptive centring of isoFLOP profiles on a planted law, beside profiles centred by a guess that is off.
//   npm run build && node dev/adaptiveCentres.mjs [studies]
import { createRandom, fitIsoflop, fitProfile, isIsoflopError } from "@isoflop/laws";
import { decide, stagesOf } from "../packages/lab/dist/stages/plan.js";
import { parseStudy } from "../packages/lab/dist/study/parse.js";
import { resolveRuns } from "../packages/lab/dist/study/resolve.js";

const STUDIES = Number(process.argv[2] ?? 40);
// The law that the tests' trainer plants; some 13 tokens a parameter at these budgets.
const LAW = { E: 1.2, A: 20, alpha: 0.35, B: 60, beta: 0.37 };
const TRUE_A = LAW.beta / (LAW.alpha + LAW.beta);
const RATIO = 12.8;
const corpus = {
  ...{
    folder: "",
    source: "planted",
    corpusHash: "c",
    tokenizer: "bytes",
    tokenizerHash: "t",
    vocabulary: 256,
    tokenBytes: 1,
  },
  ...{ trainTokens: 1e12, validationTokens: 5e5, validationBytesPerToken: 1, validationSets: [], split: "documents" },
};

function trained(runs, noise, losses, random) {
  return runs.map((run) => {
    const [n, d] = [run.parameters.total, run.tokens];
    const mean = LAW.E + LAW.A / n ** LAW.alpha + LAW.B / d ** LAW.beta;
    // A run keeps its loss from stage to stage.
    if (!losses.has(run.id)) losses.set(run.id, mean * Math.exp(noise * random.normal()));
    return {
      id: run.id,
      parameters: n,
      tokens: d,
      flops: 6 * n * d,
      loss: losses.get(run.id),
      budget: run.budget,
      seed: 0,
    };
  });
}

function study(guess, span, adaptive) {
  return parseStudy(
    `name: a\ndata: { corpus: x }\nhyperparameters: { batch: 1024, lr: 0.005 }
design: { kind: isoflop, budgets: [1e11, 2e11, 4e11, 8e11, 1.6e12], sizes: 7, span: ${span}, centre: { tokensPerParameter: ${guess}, adaptive: ${adaptive} } }`,
    "s",
  );
}

function records(made, noise, random) {
  const losses = new Map();
  const staged = stagesOf(made, corpus);
  if (staged === undefined) return trained(resolveRuns(made, corpus), noise, losses, random);
  let profiles = decide(staged, [], [], made, corpus);
  for (;;) {
    const budgets = profiles.map(({ budget }) => budget);
    const known = { ...made, decided: profiles, design: { ...made.design, budgets } };
    const now = trained(resolveRuns(known, corpus), noise, losses, random);
    const next = decide(staged, profiles, now, made, corpus);
    if (JSON.stringify(next) === JSON.stringify(profiles)) return now;
    profiles = next;
  }
}

console.log("off by | span | centres | noise | minima inside, % | exponent a: found (sd) of true | runs | FLOPs, 1e12");
for (const span of [8, 4]) {
  for (const noise of [0.001, 0.004]) {
    for (const off of [1 / 8, 1, 8]) {
      for (const adaptive of ["false", "{ first: 1 }", "{ first: 2 }"]) {
        const random = createRandom(1);
        const [inside, exponents] = [[], []];
        let [runs, flops] = [0, 0];
        for (let i = 0; i < STUDIES; i++) {
          const all = records(study(off * RATIO, span, adaptive), noise, random);
          runs += all.length / STUDIES;
          flops += all.reduce((sum, record) => sum + record.flops, 0) / STUDIES;
          for (const budget of [1e11, 2e11, 4e11, 8e11, 1.6e12]) {
            const profile = fitProfile(
              budget,
              all.filter((record) => record.budget === budget),
            );
            inside.push(profile.status === "used" ? 1 : 0);
          }
          const fit = fitIsoflop(all, { resamples: 0 });
          if (!isIsoflopError(fit)) exponents.push(fit.parameters.a);
        }
        const mean = exponents.reduce((sum, a) => sum + a, 0) / exponents.length;
        const sd = Math.sqrt(exponents.reduce((sum, a) => sum + (a - mean) ** 2, 0) / (exponents.length - 1));
        const share = (100 * inside.reduce((a, b) => a + b, 0)) / inside.length;
        const exponent =
          exponents.length < STUDIES / 2
            ? `none in ${STUDIES - exponents.length} of ${STUDIES}`
            : `${mean.toFixed(3)} (${sd.toFixed(3)}) of ${TRUE_A.toFixed(3)}`;
        console.log(
          `${off} | ${span} | ${adaptive === "false" ? "fixed" : `adaptive ${adaptive}`} | ${noise} | ${share.toFixed(0)} | ${exponent} | ${runs.toFixed(1)} | ${(flops / 1e12).toFixed(1)}`,
        );
      }
    }
  }
}
